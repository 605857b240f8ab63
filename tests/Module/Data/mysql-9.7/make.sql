-- Makes binlog.000001 and binlog.000002 on an empty MySQL 9.7; README.md names the settings.
RESET BINARY LOGS AND GTIDS;
SET time_zone = '+00:00', names utf8mb4, timestamp = UNIX_TIMESTAMP('2026-03-14 20:00:00'), pseudo_thread_id = 101;
SET gtid_next = '11111111-1111-1111-1111-111111111111:1'; CREATE DATABASE shop;
SET gtid_next = '11111111-1111-1111-1111-111111111111:2'; CREATE DATABASE crm;
SET gtid_next = '11111111-1111-1111-1111-111111111111:3'; USE shop;
CREATE TABLE types (
  id INT UNSIGNED NOT NULL PRIMARY KEY,
  c_tiny TINYINT, c_utiny TINYINT UNSIGNED, c_small SMALLINT, c_medium MEDIUMINT, c_int INT, c_big BIGINT, c_ubig BIGINT UNSIGNED,
  c_dec DECIMAL(10,2), c_dec65 DECIMAL(65,30), c_float FLOAT, c_double DOUBLE, c_bit BIT(10), c_year YEAR,
  c_date DATE, c_time TIME(3), c_datetime DATETIME(6), c_timestamp TIMESTAMP(3) NULL,
  c_char CHAR(10), c_varchar VARCHAR(40), c_latin1 VARCHAR(20) CHARACTER SET latin1, c_text TEXT,
  c_binary BINARY(4), c_varbinary VARBINARY(20), c_blob LONGBLOB,
  c_enum ENUM('red','green','blue'), c_set SET('a','b','c'), c_json JSON, c_point POINT, c_vector VECTOR(3));
SET gtid_next = '11111111-1111-1111-1111-111111111111:4';
CREATE TABLE orders (id INT NOT NULL PRIMARY KEY, customer VARCHAR(40) NOT NULL, status VARCHAR(10) NOT NULL, price DECIMAL(10,2) NOT NULL, note TEXT);
SET gtid_next = '11111111-1111-1111-1111-111111111111:5';
CREATE TABLE order_line (order_id INT NOT NULL, line INT NOT NULL, article VARCHAR(20), amount INT, PRIMARY KEY (order_id, line));
SET gtid_next = '11111111-1111-1111-1111-111111111111:6'; CREATE TABLE visit (page VARCHAR(20), hits INT);
SET gtid_next = '11111111-1111-1111-1111-111111111111:7'; CREATE TABLE `odd.na``me` (`key` INT NOT NULL PRIMARY KEY, `a b` VARCHAR(10));
SET gtid_next = '11111111-1111-1111-1111-111111111111:8'; CREATE TABLE crm.orders (id INT NOT NULL PRIMARY KEY, owner VARCHAR(20));
SET gtid_next = '11111111-1111-1111-1111-111111111111:9'; CREATE TABLE chain (id INT NOT NULL PRIMARY KEY, v CHAR(1));

SET timestamp = UNIX_TIMESTAMP('2026-03-14 20:10:00'), gtid_next = '11111111-1111-1111-1111-111111111111:10';
INSERT INTO types VALUES
  (1, -128, 255, -32768, -8388608, -2147483648, -9223372036854775808, 18446744073709551615,
   -12345678.90, '12345678901234567890123456789012345.123456789012345678901234567890', 1.5, -2.2250738585072014e-308, b'1010101010', 1999,
   '0000-00-00', '-838:59:58.999', '9999-12-31 23:59:59.999999', '2026-03-14 01:02:03.004',
   'pad', 'naïve ☃ 𝄞', 'Größe', 'it''s "quoted" \\ and\nbroken', x'00FF', x'DEADBEEF', x'000102030405FFFE27', 'green', 'a,c',
   '{"n": 1.50, "list": [1, "two", null, true], "text": "a\\"b"}', ST_GeomFromText('POINT(1 2)'), STRING_TO_VECTOR('[1,2.5,-3]')),
  (2, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL,
   NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL),
  (3, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, b'0', 0, '2026-03-14', '00:00:00', '2026-03-14 00:00:00', NULL,
   '', '', '', '', '', '', '', 'red', '', 'null', ST_GeomFromText('POINT(0 0)'), STRING_TO_VECTOR('[0,0,0]'));
SET gtid_next = '11111111-1111-1111-1111-111111111111:11'; BEGIN;
INSERT INTO orders VALUES (1, 'ann', 'paid', 19.99, NULL), (2, 'bob', 'open', 5.00, 'call first'), (3, 'İstanbul', 'paid', 1234567.89, 'ığüş'), (4, 'dan', 'open', 0.01, '');
INSERT INTO order_line VALUES (1, 1, 'pen', 2), (1, 2, 'ink', 1), (2, 1, 'pen', 5), (3, 1, 'desk', 1);
COMMIT;
SET gtid_next = '11111111-1111-1111-1111-111111111111:12'; INSERT INTO visit VALUES ('home', 1), ('home', 1), ('home', 1), ('cart', 7), (NULL, NULL);
SET gtid_next = '11111111-1111-1111-1111-111111111111:13'; INSERT INTO `odd.na``me` VALUES (1, 'x'), (2, NULL);
SET gtid_next = '11111111-1111-1111-1111-111111111111:14'; INSERT INTO crm.orders VALUES (1, 'eve'), (2, 'fay');
SET gtid_next = '11111111-1111-1111-1111-111111111111:15'; INSERT INTO chain VALUES (1, 'a'), (2, 'b'), (3, 'c');
SET gtid_next = AUTOMATIC; FLUSH BINARY LOGS;

SET timestamp = UNIX_TIMESTAMP('2026-03-14 20:30:00'), pseudo_thread_id = 202, gtid_next = '22222222-2222-2222-2222-222222222222:1';
UPDATE chain SET id = id + 1 ORDER BY id DESC;
SET gtid_next = '22222222-2222-2222-2222-222222222222:2'; BEGIN;
DELETE FROM order_line WHERE order_id IN (1, 3);
DELETE FROM orders WHERE status = 'paid';
COMMIT;
SET GLOBAL server_id = 2;
SET timestamp = UNIX_TIMESTAMP('2026-03-14 20:30:05'), pseudo_thread_id = 303, gtid_next = '11111111-1111-1111-1111-111111111111:16';
UPDATE orders SET status = 'shipped', price = price * 2;
SET gtid_next = '11111111-1111-1111-1111-111111111111:17'; DELETE FROM visit WHERE page = 'home';
SET gtid_next = '11111111-1111-1111-1111-111111111111:18';
UPDATE types SET c_tiny = 1, c_blob = CONCAT(REPEAT(x'00A7FF27', 400), c_blob), c_json = JSON_OBJECT('k', 'ß'), c_double = 0.1, c_varchar = CONCAT(c_varchar, '\0') WHERE id IN (1, 3);
SET gtid_next = '11111111-1111-1111-1111-111111111111:19'; DELETE FROM types;
SET timestamp = UNIX_TIMESTAMP('2026-03-14 20:31:00'), gtid_next = '22222222-2222-2222-2222-222222222222:3'; DELETE FROM crm.orders WHERE id = 2;
SET gtid_next = '22222222-2222-2222-2222-222222222222:4'; DELETE FROM `odd.na``me`;
SET gtid_next = AUTOMATIC; SET GLOBAL server_id = 1; FLUSH BINARY LOGS;
