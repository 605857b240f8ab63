-- The evening. Each part runs in the session named above it, in this order; a session stays connected to the end.
-- "housekeeping" was to remove orders idle for 300 hours; it was started with 3.

-- session: desk
SET timestamp = UNIX_TIMESTAMP('2026-11-17 20:28:41');
START TRANSACTION;
UPDATE wf_task SET assignee = 'ana', rev = rev + 1 WHERE id = 't103-2';
UPDATE wf_variable SET amount_value = 719500.00, rev = rev + 1 WHERE id = 'v103-amount';
COMMIT;

-- session: housekeeping
SET timestamp = UNIX_TIMESTAMP('2026-11-17 20:30:00');
START TRANSACTION;
UPDATE wf_execution SET parent_id = NULL, state = 'ended' WHERE instance_id = 'e101' AND id <> 'e101';
DELETE FROM wf_task WHERE execution_id IN (SELECT id FROM wf_execution WHERE instance_id = 'e101');
DELETE FROM wf_variable WHERE execution_id = 'e101';
DELETE FROM wf_bytes WHERE id = 'b101';
DELETE FROM wf_execution WHERE instance_id = 'e101' AND id <> 'e101';
DELETE FROM wf_execution WHERE id = 'e101';
UPDATE wf_history SET state = 'REMOVED', ended = NOW(3), reason = 'housekeeping: idle for 3 h' WHERE instance_id = 'e101';
COMMIT;

-- session: housekeeping
SET timestamp = UNIX_TIMESTAMP('2026-11-17 20:30:02');
START TRANSACTION;
UPDATE wf_execution SET parent_id = NULL, state = 'ended' WHERE instance_id = 'e102' AND id <> 'e102';
DELETE FROM wf_task WHERE execution_id IN (SELECT id FROM wf_execution WHERE instance_id = 'e102');
DELETE FROM wf_variable WHERE execution_id = 'e102';
DELETE FROM wf_bytes WHERE id = 'b102';
DELETE FROM wf_execution WHERE instance_id = 'e102' AND id <> 'e102';
DELETE FROM wf_execution WHERE id = 'e102';
UPDATE wf_history SET state = 'REMOVED', ended = NOW(3), reason = 'housekeeping: idle for 3 h' WHERE instance_id = 'e102';
COMMIT;

-- session: desk
SET timestamp = UNIX_TIMESTAMP('2026-11-17 20:30:04');
START TRANSACTION;
UPDATE wf_task SET assignee = 'björn', rev = rev + 1 WHERE id IN ('t106-2', 't107-2');
COMMIT;

-- session: housekeeping
SET timestamp = UNIX_TIMESTAMP('2026-11-17 20:30:05');
START TRANSACTION;
UPDATE wf_execution SET parent_id = NULL, state = 'ended' WHERE instance_id = 'e103' AND id <> 'e103';
DELETE FROM wf_task WHERE execution_id IN (SELECT id FROM wf_execution WHERE instance_id = 'e103');
DELETE FROM wf_variable WHERE execution_id = 'e103';
DELETE FROM wf_bytes WHERE id = 'b103';
DELETE FROM wf_execution WHERE instance_id = 'e103' AND id <> 'e103';
DELETE FROM wf_execution WHERE id = 'e103';
UPDATE wf_history SET state = 'REMOVED', ended = NOW(3), reason = 'housekeeping: idle for 3 h' WHERE instance_id = 'e103';
COMMIT;

-- session: engine
SET timestamp = UNIX_TIMESTAMP('2026-11-17 20:30:06');
START TRANSACTION;
INSERT INTO wf_bytes VALUES ('b109', 1, 'order-1049.pdf', CONCAT('%PDF-1.7\n', UNHEX(SHA2('1049', 512))));
INSERT INTO wf_execution VALUES ('e109', 1, 'e109', NULL, 'order-approval:2', 'ORD-2026-1049', 'checkCredit', 'active', NOW(3));
INSERT INTO wf_task VALUES ('t109-1', 1, 'e109', 'Check credit', NULL, 50, NOW(3), '2026-11-21');
INSERT INTO wf_variable VALUES
  ('v109-customer', 1, 'e109', 'customer', 'Zoë''s Café', NULL, NULL, NULL),
  ('v109-amount', 1, 'e109', 'amount', NULL, NULL, 88.20, NULL),
  ('v109-document', 1, 'e109', 'document', NULL, NULL, NULL, 'b109');
INSERT INTO wf_history VALUES ('e109', 'ORD-2026-1049', 'ACTIVE', NOW(3), NULL, NULL);
COMMIT;

-- The log is full here: a new one begins.
-- session: operator
FLUSH BINARY LOGS;

-- session: housekeeping
SET timestamp = UNIX_TIMESTAMP('2026-11-17 20:30:07');
START TRANSACTION;
UPDATE wf_execution SET parent_id = NULL, state = 'ended' WHERE instance_id = 'e104' AND id <> 'e104';
DELETE FROM wf_task WHERE execution_id IN (SELECT id FROM wf_execution WHERE instance_id = 'e104');
DELETE FROM wf_variable WHERE execution_id = 'e104';
DELETE FROM wf_bytes WHERE id = 'b104';
DELETE FROM wf_execution WHERE instance_id = 'e104' AND id <> 'e104';
DELETE FROM wf_execution WHERE id = 'e104';
UPDATE wf_history SET state = 'REMOVED', ended = NOW(3), reason = 'housekeeping: idle for 3 h' WHERE instance_id = 'e104';
COMMIT;

-- An order is approved: the engine removes its rows, and that is right.
-- session: engine
SET timestamp = UNIX_TIMESTAMP('2026-11-17 20:30:09');
START TRANSACTION;
DELETE FROM wf_task WHERE id IN ('t108-1', 't108-2');
DELETE FROM wf_variable WHERE execution_id = 'e108';
DELETE FROM wf_bytes WHERE id = 'b108';
DELETE FROM wf_execution WHERE id IN ('e108-1', 'e108-2');
DELETE FROM wf_execution WHERE id = 'e108';
UPDATE wf_history SET state = 'COMPLETED', ended = NOW(3), reason = 'approved' WHERE instance_id = 'e108';
COMMIT;

-- session: housekeeping
SET timestamp = UNIX_TIMESTAMP('2026-11-17 20:30:11');
START TRANSACTION;
UPDATE wf_execution SET parent_id = NULL, state = 'ended' WHERE instance_id = 'e105' AND id <> 'e105';
DELETE FROM wf_task WHERE execution_id IN (SELECT id FROM wf_execution WHERE instance_id = 'e105');
DELETE FROM wf_variable WHERE execution_id = 'e105';
DELETE FROM wf_bytes WHERE id = 'b105';
DELETE FROM wf_execution WHERE instance_id = 'e105' AND id <> 'e105';
DELETE FROM wf_execution WHERE id = 'e105';
UPDATE wf_history SET state = 'REMOVED', ended = NOW(3), reason = 'housekeeping: idle for 3 h' WHERE instance_id = 'e105';
COMMIT;

-- session: desk
SET timestamp = UNIX_TIMESTAMP('2026-11-17 20:31:30');
START TRANSACTION;
UPDATE wf_task SET priority = 99, due = '2026-11-18', rev = rev + 1 WHERE id = 't107-1';
UPDATE wf_variable SET long_value = 50, rev = rev + 1 WHERE id = 'v107-items';
COMMIT;
