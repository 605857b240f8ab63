/*!40101 SET @saved_cs_client     = @@character_set_client */;
/*!50503 SET character_set_client = utf8mb4 */;
CREATE TABLE `a` (
  `first_col` char(3) COLLATE utf8mb4_bin DEFAULT NULL,
  `id` int NOT NULL AUTO_INCREMENT,
  `virt` int GENERATED ALWAYS AS (`one`) VIRTUAL,
  `after_id` binary(4) DEFAULT NULL,
  `balance` decimal(14,4) unsigned DEFAULT NULL,
  `ts` timestamp(3) NOT NULL DEFAULT CURRENT_TIMESTAMP(3),
  `one` int DEFAULT '8',
  `more` int /*!80023 INVISIBLE */,
  `gen` int GENERATED ALWAYS AS ((`one` + 1)) STORED,
  PRIMARY KEY (`id`),
  UNIQUE KEY `virt` (`virt`),
  KEY `half` (`one`),
  KEY `functional_index` (((`one` + 1))),
  KEY `functional_index_2` (((`one` * 2)),`id`)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin ROW_FORMAT=DYNAMIC COMMENT='x, y';
/*!40101 SET character_set_client = @saved_cs_client */;
/*!40101 SET @saved_cs_client     = @@character_set_client */;
/*!50503 SET character_set_client = utf8mb4 */;
CREATE TABLE `b` (
  `b` varchar(5) NOT NULL,
  `a` int DEFAULT NULL,
  `c` mediumtext CHARACTER SET utf8mb4 COLLATE utf8mb4_0900_ai_ci,
  `pid` int DEFAULT NULL,
  `x` int DEFAULT NULL,
  `y` varchar(3) DEFAULT NULL,
  `z` point /*!80003 SRID 4326 */ DEFAULT NULL,
  `v` vector(3) DEFAULT NULL,
  PRIMARY KEY (`b`) USING BTREE,
  UNIQUE KEY `b` (`a`),
  KEY `k_pid` (`pid`),
  KEY `later` (`b`,`a`),
  CONSTRAINT `b_ibfk_1` FOREIGN KEY (`pid`) REFERENCES `p2` (`uu`) ON UPDATE SET NULL
) ENGINE=InnoDB DEFAULT CHARSET=latin1;
/*!40101 SET character_set_client = @saved_cs_client */;
/*!40101 SET @saved_cs_client     = @@character_set_client */;
/*!50503 SET character_set_client = utf8mb4 */;
CREATE TABLE `blobs` (
  `a` varchar(20) CHARACTER SET latin1 COLLATE latin1_swedish_ci DEFAULT NULL,
  `b` mediumtext CHARACTER SET utf8mb3,
  `c` longtext CHARACTER SET utf8mb3,
  `d` text CHARACTER SET utf8mb3 COLLATE utf8mb3_general_ci,
  `e` varchar(100) CHARACTER SET utf8mb3 DEFAULT NULL,
  `f` enum('x','y') CHARACTER SET utf8mb3 DEFAULT NULL,
  `g` mediumtext CHARACTER SET utf8mb3 COLLATE utf8mb3_general_ci,
  `h` text CHARACTER SET utf8mb3 COLLATE utf8mb3_general_ci,
  `i` varchar(3) COLLATE utf8mb3_bin DEFAULT NULL
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb3 COLLATE=utf8mb3_bin;
/*!40101 SET character_set_client = @saved_cs_client */;
/*!40101 SET @saved_cs_client     = @@character_set_client */;
/*!50503 SET character_set_client = utf8mb4 */;
CREATE TABLE `e` (
  `b` varchar(5) NOT NULL,
  `a` int DEFAULT NULL,
  `c` mediumtext CHARACTER SET utf8mb4 COLLATE utf8mb4_0900_ai_ci,
  `pid` int DEFAULT NULL,
  `x` int DEFAULT NULL,
  `y` varchar(3) DEFAULT NULL,
  PRIMARY KEY (`b`) USING BTREE,
  UNIQUE KEY `b` (`a`),
  UNIQUE KEY `i2` (`y`(2),`x`) USING BTREE COMMENT 'z',
  KEY `k_pid` (`pid`),
  KEY `later` (`b`,`a`)
) ENGINE=InnoDB DEFAULT CHARSET=latin1;
/*!40101 SET character_set_client = @saved_cs_client */;
/*!40101 SET @saved_cs_client     = @@character_set_client */;
/*!50503 SET character_set_client = utf8mb4 */;
CREATE TABLE `flat` (
  `id` int NOT NULL,
  `d` date NOT NULL,
  `c` varchar(10) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin DEFAULT NULL,
  `t` text,
  UNIQUE KEY `c_3` (`d`),
  UNIQUE KEY `c` (`c`),
  KEY `c_2` (`c`,`d`),
  KEY `c_4` (`c`(3))
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_0900_ai_ci;
/*!40101 SET character_set_client = @saved_cs_client */;
/*!50003 SET @saved_cs_client      = @@character_set_client */ ;
/*!50003 SET @saved_cs_results     = @@character_set_results */ ;
/*!50003 SET @saved_col_connection = @@collation_connection */ ;
/*!50003 SET character_set_client  = latin1 */ ;
/*!50003 SET character_set_results = latin1 */ ;
/*!50003 SET collation_connection  = latin1_swedish_ci */ ;
/*!50003 SET @saved_sql_mode       = @@sql_mode */ ;
/*!50003 SET sql_mode              = 'ONLY_FULL_GROUP_BY,STRICT_TRANS_TABLES,NO_ZERO_IN_DATE,NO_ZERO_DATE,ERROR_FOR_DIVISION_BY_ZERO,NO_ENGINE_SUBSTITUTION' */ ;
DELIMITER ;;
/*!50003 CREATE*/ /*!50017 DEFINER=`root`@`localhost`*/ /*!50003 TRIGGER `tr` BEFORE UPDATE ON `flat` FOR EACH ROW SET NEW.d = OLD.d */;;
DELIMITER ;
/*!50003 SET sql_mode              = @saved_sql_mode */ ;
/*!50003 SET character_set_client  = @saved_cs_client */ ;
/*!50003 SET character_set_results = @saved_cs_results */ ;
/*!50003 SET collation_connection  = @saved_col_connection */ ;
/*!40101 SET @saved_cs_client     = @@character_set_client */;
/*!50503 SET character_set_client = utf8mb4 */;
CREATE TABLE `p2` (
  `id` int NOT NULL,
  `uu` int DEFAULT NULL,
  PRIMARY KEY (`id`),
  UNIQUE KEY `u` (`uu`)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_0900_ai_ci;
/*!40101 SET character_set_client = @saved_cs_client */;
/*!40101 SET @saved_cs_client     = @@character_set_client */;
/*!50503 SET character_set_client = utf8mb4 */;
CREATE TABLE `part` (
  `id` int NOT NULL,
  `d` date NOT NULL,
  `v` int DEFAULT NULL,
  PRIMARY KEY (`id`,`d`)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_0900_ai_ci
/*!50100 PARTITION BY RANGE (year(`d`))
(PARTITION p2 VALUES LESS THAN (2040) ENGINE = InnoDB) */;
/*!40101 SET character_set_client = @saved_cs_client */;
