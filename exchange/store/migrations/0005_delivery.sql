-- While the clock is being moved it stands at one due moment after the other, although nobody froze it:
-- `frozen_after` tells whether it will stand at the end, and is null when nobody moves it.
-- `moved_to` is where the last call put it: the same call again moves nothing, however long ago it was.
ALTER TABLE sandbox_clock
    ADD COLUMN frozen_after boolean,
    ADD COLUMN moved_to timestamptz;

-- The node's clock: real time, or in a sandbox what its row makes of it; days of `shift` are 24 hours in any zone.
CREATE FUNCTION node_now() RETURNS timestamptz LANGUAGE sql VOLATILE AS $$
    SELECT coalesce((SELECT coalesce(frozen_at, (clock_timestamp() AT TIME ZONE 'UTC' + shift) AT TIME ZONE 'UTC')
                       FROM sandbox_clock), clock_timestamp())
$$;
GRANT EXECUTE ON FUNCTION node_now() TO exchange_app;

-- Notices that reach nobody until somebody mends an address.
CREATE INDEX outbox_dropped ON outbox (id) WHERE dropped IS NOT NULL AND dropped <> 'overtaken';
