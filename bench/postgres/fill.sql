-- psql -v first=N -v count=N: carts of three lines, as bench_checkout fills them.
INSERT INTO cart_line
SELECT user_id, 'prod_' || to_char((user_id * 7 + line * 17) % 58, 'FM000'), 1, 1999 + (user_id * 7 + line * 17) % 58
FROM generate_series(:first, :first + :count - 1) user_id, generate_series(0, 2) line;
SELECT setval('customer', :first, false);
CHECKPOINT;
