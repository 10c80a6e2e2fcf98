-- Which letter went to whom by courier or post: what an authority without a node gets, somebody prints and sends.
CREATE TABLE dispatch (
    request uuid NOT NULL,
    seq int NOT NULL,
    -- To whom it went.
    authority text NOT NULL REFERENCES authority,
    sent_at timestamptz NOT NULL,
    -- Whose person or program said so.
    sender text NOT NULL,
    who text NOT NULL,
    PRIMARY KEY (request, seq, authority),
    FOREIGN KEY (request, seq) REFERENCES record (request, seq)
);
CREATE INDEX request_holder ON request (holder);

GRANT SELECT, INSERT ON dispatch TO exchange_app;
