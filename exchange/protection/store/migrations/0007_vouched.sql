-- What is locked of a clearance or a grant is locked anew when it is revoked: nobody who writes here alone revives it.
GRANT UPDATE (detail) ON protection.clearance, protection.access_grant TO protection_app;
