SET time_zone = '+00:00', sql_mode = 'NO_ENGINE_SUBSTITUTION', NAMES utf8mb4;
INSERT INTO documents VALUES
 (1,'{"a": 1, "b": [1, 2.5, "s", null, true, false, {"n": {}}], "c": "ü日😀", "d": -9223372036854775808, "e": 18446744073709551615, "f": 1e100}',1),
 (2,'[]',2),(3,'{}',3),(4,'null',4),(5,'"string"',5),(6,'123',6),(7,'-1.5',7),(8,'true',8),(9,NULL,9),
 (10,JSON_OBJECT('date',CAST('2024-02-29' AS DATE),'time',CAST('-12:34:56.789' AS TIME(3)),'dt',CAST('2024-02-29 12:34:56.789012' AS DATETIME(6)),'dec',CAST(12345.678900 AS DECIMAL(20,6)),'bin',CAST(0x00FF10 AS BINARY),'year',CAST(2024 AS YEAR)),10),
 (11,JSON_OBJECT('big',REPEAT('x',70000),'arr',JSON_ARRAY(1,2,3)),11),
 (12,JSON_OBJECT('s',REPEAT('y',130),'i16',-32768,'u16',65535,'i32',-2147483648,'u32',4294967295,'u64',CAST(7 AS UNSIGNED),'deep',JSON_ARRAY(JSON_ARRAY(JSON_ARRAY(1)))),12),
 (13,'{"k\\"q": "v\\\\\\n\\u0001/''", "": "empty key", "1": 2}',13),
 (14,CAST(CAST(-0.5 AS DECIMAL(3,2)) AS JSON),14),(15,CAST(CAST('0000-00-00' AS DATE) AS JSON),15),
 (16,'[-0.0, 1.0, 0.1, 1e16, 123456789012345680000, 5e-324, 1.7976931348623157e308]',16);
UPDATE documents SET doc = JSON_SET(doc, '$.b[1]', 9) WHERE id = 1;
INSERT INTO documents_without_key SELECT * FROM documents;
INSERT INTO places VALUES (1,ST_GeomFromText('POINT(52.5 13.4)',4326),ST_GeomFromText('LINESTRING(1 2,3 4)',4326)),(2,ST_GeomFromText('POINT(-90 180)',4326),NULL),(3,ST_GeomFromText('POINT(0 0)',4326),ST_GeomFromText('GEOMETRYCOLLECTION EMPTY'));
INSERT INTO vectors VALUES (1,STRING_TO_VECTOR('[1,2.5,-3,4e10]'),STRING_TO_VECTOR('[0]'),STRING_TO_VECTOR(CONCAT('[',REPEAT('0.5,',999),'1]'))),(2,NULL,NULL,NULL);
INSERT INTO vectors_without_key SELECT id, v FROM vectors;
INSERT INTO computed (a, b, hidden) VALUES (1,2,1),(3,4,2),(NULL,5,NULL),(-6,7,4),(5,5,5);
UPDATE computed SET changed = '2020-02-02 02:02:02.000002';
INSERT INTO computed_without_key (a, b, hidden) VALUES (1,2,'x'),(1,2,'x'),(1,2,'X'),(NULL,NULL,NULL);
INSERT INTO keyed_by_the_server VALUES (1,'a'),(1,'a'),(2,'b'),(3,NULL);
INSERT INTO multi_valued VALUES (1,'{"tags": [1, 2, 3]}'),(2,'{"tags": [3]}'),(3,'{}');
INSERT INTO gb VALUES (1,'中文𠀀','a'),(1,'中文𠀀','á'),(2,'\\',NULL);
INSERT INTO parent VALUES (1,1),(2,2),(3,3);
INSERT INTO child VALUES (10,1),(20,2),(21,2),(30,3);
INSERT INTO note VALUES (100,10),(200,20),(210,21),(300,NULL);
