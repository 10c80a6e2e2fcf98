-- What requests refer to in the protection module: ids and register numbers, never a designation or a mark.

CREATE TABLE protected_use (
    request uuid NOT NULL REFERENCES request,
    -- As the request names it.
    reference text NOT NULL,
    item uuid NOT NULL,
    number text NOT NULL,
    made_at timestamptz NOT NULL,
    -- When the module was told that the reference stands for good (real time); null until then.
    bound_at timestamptz,
    PRIMARY KEY (request, reference)
);
CREATE INDEX protected_use_unbound ON protected_use (made_at) WHERE bound_at IS NULL;
CREATE INDEX protected_use_item ON protected_use (item);

GRANT SELECT, INSERT, UPDATE (bound_at) ON protected_use TO exchange_app;
