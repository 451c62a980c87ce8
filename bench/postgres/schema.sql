-- What a shop on PostgreSQL would keep for a checkout, with the demo's number of products: the yardstick of bench/run
-- checkout. Sizes of texts as in ours.
CREATE TABLE product (sku text PRIMARY KEY, name text NOT NULL, price bigint NOT NULL);
CREATE TABLE stock (sku text PRIMARY KEY, on_hand bigint NOT NULL CHECK (on_hand >= 0), sold bigint NOT NULL);
CREATE TABLE coupon (code text PRIMARY KEY, percent int NOT NULL, usage_limit bigint NOT NULL, usage_count bigint NOT NULL);
CREATE TABLE cart_line (user_id bigint, sku text, quantity int NOT NULL, seen_price bigint NOT NULL,
                        PRIMARY KEY (user_id, sku));
CREATE TABLE checkout (user_id bigint, key text, fingerprint text NOT NULL, answer jsonb, started_at timestamptz NOT NULL,
                       PRIMARY KEY (user_id, key));
CREATE TABLE user_coupon (user_id bigint, code text, order_id bigint NOT NULL, used_at timestamptz NOT NULL,
                          PRIMARY KEY (user_id, code));
CREATE TABLE orders (order_id bigserial PRIMARY KEY, user_id bigint NOT NULL, subtotal bigint NOT NULL, discount bigint NOT NULL,
                     tax bigint NOT NULL, shipping bigint NOT NULL, status text NOT NULL, payment_status text NOT NULL,
                     coupon_code text, address text, created_at timestamptz NOT NULL);
CREATE INDEX orders_of_user ON orders (user_id, created_at);
CREATE TABLE order_line (order_id bigint, sku text, name text NOT NULL, quantity int NOT NULL, unit_price bigint NOT NULL,
                         discount bigint NOT NULL, PRIMARY KEY (order_id, sku));
CREATE TABLE order_event (order_id bigint, at timestamptz NOT NULL, by text NOT NULL, what text NOT NULL);
CREATE INDEX events_of_order ON order_event (order_id);
CREATE TABLE payment (order_id bigint PRIMARY KEY, amount bigint NOT NULL, state text NOT NULL, captures int NOT NULL);
CREATE SEQUENCE customer;

INSERT INTO product SELECT 'prod_' || to_char(i, 'FM000'), 'A product of the demo', 1999 + i FROM generate_series(0, 57) i;
INSERT INTO stock SELECT sku, 100000000, 0 FROM product;
INSERT INTO coupon SELECT 'BENCH' || i, 10, 1000000000, 0 FROM generate_series(0, 9) i;
