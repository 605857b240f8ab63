-- Makes binlog.000001 on an empty MySQL 9.7; README.md names the settings.
RESET BINARY LOGS AND GTIDS;
SET time_zone = '+00:00', names utf8mb4, timestamp = UNIX_TIMESTAMP('2026-03-14 20:00:00'), pseudo_thread_id = 101;
CREATE DATABASE shop; USE shop;
CREATE TABLE orders (id INT NOT NULL PRIMARY KEY, status VARCHAR(10) NOT NULL);
INSERT INTO orders VALUES (1, 'paid'), (2, 'open');
UPDATE orders SET status = 'lost' WHERE id = 1;
DELETE FROM orders WHERE id = 2;
FLUSH BINARY LOGS;
