-- The working day: eight orders are in approval. Each has three executions, two tasks, four variables and a document.
USE flow;
SET timestamp = UNIX_TIMESTAMP('2026-11-17 09:12:00');
SET group_concat_max_len = 1000000;

INSERT INTO wf_definition VALUES ('order-approval:1', 'Order approval', 1), ('order-approval:2', 'Order approval', 2);

CREATE TEMPORARY TABLE orders (n INT PRIMARY KEY, customer VARCHAR(80), amount DECIMAL(14, 2), minutes INT);
INSERT INTO orders VALUES
  (1, 'Åkesson & Söner AB', 18250.00, 4), (2, 'Bäckerei Müller', 990.50, 11), (3, '株式会社みどり', 720000.00, 19),
  (4, 'O''Neill Ltd.', 64.99, 37), (5, 'Łódź Metal', 12000.10, 52), (6, 'Fernández Hnos.', 3300.00, 75),
  (7, 'Tanaka 🚲 Bikes', 1499.00, 121), (8, 'Delta \\ Sons', 0.01, 188);

START TRANSACTION;
-- A document a order, of 1.2 kB or so each, every byte value in it; the third is larger and the fourth is empty.
INSERT INTO wf_bytes
WITH RECURSIVE piece (p) AS (SELECT 1 UNION ALL SELECT p + 1 FROM piece WHERE p < 96)
SELECT CONCAT('b', 100 + n), 1, CONCAT('order-', 1040 + n, '.pdf'),
       IF(n = 4, '', CONCAT('%PDF-1.7\n', GROUP_CONCAT(UNHEX(SHA2(CONCAT(n, '/', p), 512)) ORDER BY p SEPARATOR '')))
FROM orders JOIN piece ON p <= IF(n = 3, 96, 18)
GROUP BY n;
INSERT INTO wf_execution
SELECT CONCAT('e', 100 + n), 1, CONCAT('e', 100 + n), NULL, 'order-approval:2', CONCAT('ORD-2026-', 1040 + n), NULL, 'active',
       NOW(3) + INTERVAL minutes MINUTE FROM orders ORDER BY n;
INSERT INTO wf_execution
SELECT CONCAT('e', 100 + n, branch), 3, CONCAT('e', 100 + n), CONCAT('e', 100 + n), 'order-approval:2', NULL,
       IF(branch = '-1', 'checkCredit', 'checkStock'), IF(n = 5, 'suspended', 'active'), NOW(3) + INTERVAL minutes MINUTE
FROM orders JOIN (SELECT '-1' AS branch UNION ALL SELECT '-2') AS branches ORDER BY n, branch;
INSERT INTO wf_task
SELECT CONCAT('t', 100 + n, branch), 1, CONCAT('e', 100 + n, branch), IF(branch = '-1', 'Check credit', 'Check stock'),
       IF(branch = '-1', ELT(1 + n % 3, 'ana', 'björn', 'chiara'), NULL), IF(amount > 10000, 90, 50),
       NOW(3) + INTERVAL minutes * 60 + 2 SECOND, IF(n = 6, NULL, '2026-11-20')
FROM orders JOIN (SELECT '-1' AS branch UNION ALL SELECT '-2') AS branches ORDER BY n, branch;
INSERT INTO wf_variable SELECT CONCAT('v', 100 + n, '-customer'), 1, CONCAT('e', 100 + n), 'customer', customer, NULL, NULL, NULL FROM orders ORDER BY n;
INSERT INTO wf_variable SELECT CONCAT('v', 100 + n, '-amount'), 1, CONCAT('e', 100 + n), 'amount', NULL, NULL, amount, NULL FROM orders ORDER BY n;
INSERT INTO wf_variable SELECT CONCAT('v', 100 + n, '-items'), 1, CONCAT('e', 100 + n), 'items', NULL, n * n, NULL, NULL FROM orders ORDER BY n;
INSERT INTO wf_variable SELECT CONCAT('v', 100 + n, '-document'), 1, CONCAT('e', 100 + n), 'document', NULL, NULL, NULL, CONCAT('b', 100 + n) FROM orders ORDER BY n;
INSERT INTO wf_history SELECT CONCAT('e', 100 + n), CONCAT('ORD-2026-', 1040 + n), 'ACTIVE', NOW(3) + INTERVAL minutes MINUTE, NULL, NULL FROM orders ORDER BY n;
COMMIT;
