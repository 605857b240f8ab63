-- Makes binlog.000001 on an empty MySQL 5.6; README.md names the settings.
RESET MASTER;
SET time_zone = '+00:00', names utf8mb4, timestamp = UNIX_TIMESTAMP('2026-03-14 20:00:00'), pseudo_thread_id = 101;
CREATE DATABASE shop; USE shop;
CREATE TABLE orders (id INT UNSIGNED NOT NULL PRIMARY KEY, status VARCHAR(10) CHARACTER SET latin1 NOT NULL, kind ENUM('new','used'), price DECIMAL(10,2), stamp TIMESTAMP NULL, data BLOB);
INSERT INTO orders VALUES (4294967295, 'paid', 'used', 9.99, '2026-03-14 12:00:00', x'00FF'), (2, 'größe', NULL, NULL, NULL, NULL);
SET timestamp = UNIX_TIMESTAMP('2026-03-14 20:30:00');
UPDATE orders SET kind = 'new' WHERE id = 2;
DELETE FROM orders;
FLUSH BINARY LOGS;
