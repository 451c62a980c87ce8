-- What a shop on PostgreSQL would keep of what customers do: the yardstick of bench/run events. Counting features from
-- it is left to whoever reads.
CREATE TABLE event (event_id text PRIMARY KEY, type text NOT NULL, user_id text NOT NULL, at timestamptz NOT NULL,
                    data jsonb NOT NULL);
CREATE INDEX event_of_user ON event (user_id, at);
