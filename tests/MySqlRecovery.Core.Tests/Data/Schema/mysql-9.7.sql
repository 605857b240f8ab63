-- MySQL dump 10.13  Distrib 9.7.4, for Linux (x86_64)
--
-- Host: localhost    Database: tt
-- ------------------------------------------------------
-- Server version	9.7.4-2

/*!40101 SET @OLD_CHARACTER_SET_CLIENT=@@CHARACTER_SET_CLIENT */;
/*!40101 SET @OLD_CHARACTER_SET_RESULTS=@@CHARACTER_SET_RESULTS */;
/*!40101 SET @OLD_COLLATION_CONNECTION=@@COLLATION_CONNECTION */;
/*!50503 SET NAMES utf8mb4 */;
/*!40103 SET @OLD_TIME_ZONE=@@TIME_ZONE */;
/*!40103 SET TIME_ZONE='+00:00' */;
/*!40014 SET @OLD_UNIQUE_CHECKS=@@UNIQUE_CHECKS, UNIQUE_CHECKS=0 */;
/*!40014 SET @OLD_FOREIGN_KEY_CHECKS=@@FOREIGN_KEY_CHECKS, FOREIGN_KEY_CHECKS=0 */;
/*!40101 SET @OLD_SQL_MODE=@@SQL_MODE, SQL_MODE='NO_AUTO_VALUE_ON_ZERO' */;
/*!40111 SET @OLD_SQL_NOTES=@@SQL_NOTES, SQL_NOTES=0 */;

--
-- Current Database: `tt`
--

CREATE DATABASE /*!32312 IF NOT EXISTS*/ `tt` /*!40100 DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_0900_ai_ci */ /*!80016 DEFAULT ENCRYPTION='N' */;

USE `tt`;

--
-- Table structure for table `t quoted ``name`
--

DROP TABLE IF EXISTS `t quoted ``name`;
/*!40101 SET @saved_cs_client     = @@character_set_client */;
/*!50503 SET character_set_client = utf8mb4 */;
CREATE TABLE `t quoted ``name` (
  `id` int NOT NULL,
  `select` int DEFAULT NULL,
  `a ``b` varchar(10) DEFAULT NULL,
  `ünï` varchar(20) DEFAULT NULL,
  PRIMARY KEY (`id`)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_0900_ai_ci;
/*!40101 SET character_set_client = @saved_cs_client */;

--
-- Table structure for table `t_blob`
--

DROP TABLE IF EXISTS `t_blob`;
/*!40101 SET @saved_cs_client     = @@character_set_client */;
/*!50503 SET character_set_client = utf8mb4 */;
CREATE TABLE `t_blob` (
  `id` int NOT NULL,
  `c_tb` tinyblob,
  `c_b` blob,
  `c_mb` mediumblob,
  `c_lb` longblob,
  `c_tt` tinytext,
  `c_t` text,
  `c_mt` mediumtext,
  `c_lt` longtext,
  `c_tl1` text CHARACTER SET latin1 COLLATE latin1_swedish_ci,
  PRIMARY KEY (`id`)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_0900_ai_ci;
/*!40101 SET character_set_client = @saved_cs_client */;

--
-- Table structure for table `t_child`
--

DROP TABLE IF EXISTS `t_child`;
/*!40101 SET @saved_cs_client     = @@character_set_client */;
/*!50503 SET character_set_client = utf8mb4 */;
CREATE TABLE `t_child` (
  `id` int NOT NULL,
  `pid` int DEFAULT NULL,
  PRIMARY KEY (`id`),
  KEY `pid` (`pid`),
  CONSTRAINT `t_child_ibfk_1` FOREIGN KEY (`pid`) REFERENCES `t_parent` (`id`) ON DELETE CASCADE ON UPDATE CASCADE
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_0900_ai_ci;
/*!40101 SET character_set_client = @saved_cs_client */;

--
-- Table structure for table `t_compositepk`
--

DROP TABLE IF EXISTS `t_compositepk`;
/*!40101 SET @saved_cs_client     = @@character_set_client */;
/*!50503 SET character_set_client = utf8mb4 */;
CREATE TABLE `t_compositepk` (
  `a` int NOT NULL,
  `b` varchar(30) NOT NULL,
  `c` date NOT NULL,
  `v` int DEFAULT NULL,
  PRIMARY KEY (`b`(10),`a`,`c`)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_0900_ai_ci;
/*!40101 SET character_set_client = @saved_cs_client */;

--
-- Table structure for table `t_gen`
--

DROP TABLE IF EXISTS `t_gen`;
/*!40101 SET @saved_cs_client     = @@character_set_client */;
/*!50503 SET character_set_client = utf8mb4 */;
CREATE TABLE `t_gen` (
  `id` int NOT NULL AUTO_INCREMENT,
  `a` int DEFAULT NULL,
  `b` int DEFAULT NULL,
  `v_sum` int GENERATED ALWAYS AS ((`a` + `b`)) VIRTUAL,
  `s_mul` int GENERATED ALWAYS AS ((`a` * `b`)) STORED,
  `inv` int DEFAULT '42' /*!80023 INVISIBLE */,
  `dflt` varchar(40) DEFAULT (concat(_utf8mb4'd',(1 + 1))),
  PRIMARY KEY (`id`),
  KEY `v_sum` (`v_sum`)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_0900_ai_ci;
/*!40101 SET character_set_client = @saved_cs_client */;

--
-- Table structure for table `t_geo`
--

DROP TABLE IF EXISTS `t_geo`;
/*!40101 SET @saved_cs_client     = @@character_set_client */;
/*!50503 SET character_set_client = utf8mb4 */;
CREATE TABLE `t_geo` (
  `id` int NOT NULL,
  `g` geometry DEFAULT NULL,
  `p` point DEFAULT NULL,
  `p4326` point /*!80003 SRID 4326 */ DEFAULT NULL,
  `l` linestring DEFAULT NULL,
  `a` polygon DEFAULT NULL,
  `mp` multipoint DEFAULT NULL,
  `ml` multilinestring DEFAULT NULL,
  `ma` multipolygon DEFAULT NULL,
  `gc` geomcollection DEFAULT NULL,
  PRIMARY KEY (`id`)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_0900_ai_ci;
/*!40101 SET character_set_client = @saved_cs_client */;

--
-- Table structure for table `t_int`
--

DROP TABLE IF EXISTS `t_int`;
/*!40101 SET @saved_cs_client     = @@character_set_client */;
/*!50503 SET character_set_client = utf8mb4 */;
CREATE TABLE `t_int` (
  `id` int unsigned NOT NULL AUTO_INCREMENT,
  `c_tiny` tinyint DEFAULT NULL,
  `c_utiny` tinyint unsigned DEFAULT NULL,
  `c_bool` tinyint(1) DEFAULT NULL,
  `c_small` smallint DEFAULT NULL,
  `c_usmall` smallint unsigned DEFAULT NULL,
  `c_medium` mediumint DEFAULT NULL,
  `c_umedium` mediumint unsigned DEFAULT NULL,
  `c_int` int DEFAULT NULL,
  `c_uint` int unsigned DEFAULT NULL,
  `c_zint` int(8) unsigned zerofill DEFAULT NULL,
  `c_big` bigint DEFAULT NULL,
  `c_ubig` bigint unsigned DEFAULT NULL,
  `c_year` year DEFAULT NULL,
  PRIMARY KEY (`id`)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_0900_ai_ci;
/*!40101 SET character_set_client = @saved_cs_client */;

--
-- Table structure for table `t_json`
--

DROP TABLE IF EXISTS `t_json`;
/*!40101 SET @saved_cs_client     = @@character_set_client */;
/*!50503 SET character_set_client = utf8mb4 */;
CREATE TABLE `t_json` (
  `id` int NOT NULL,
  `doc` json DEFAULT NULL,
  `n` int DEFAULT NULL,
  PRIMARY KEY (`id`)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_0900_ai_ci;
/*!40101 SET character_set_client = @saved_cs_client */;

--
-- Table structure for table `t_myisam`
--

DROP TABLE IF EXISTS `t_myisam`;
/*!40101 SET @saved_cs_client     = @@character_set_client */;
/*!50503 SET character_set_client = utf8mb4 */;
CREATE TABLE `t_myisam` (
  `id` int NOT NULL,
  `v` varchar(20) DEFAULT NULL,
  PRIMARY KEY (`id`)
) ENGINE=MyISAM DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_0900_ai_ci;
/*!40101 SET character_set_client = @saved_cs_client */;

--
-- Table structure for table `t_nopk`
--

DROP TABLE IF EXISTS `t_nopk`;
/*!40101 SET @saved_cs_client     = @@character_set_client */;
/*!50503 SET character_set_client = utf8mb4 */;
CREATE TABLE `t_nopk` (
  `a` int DEFAULT NULL,
  `b` varchar(20) DEFAULT NULL
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_0900_ai_ci;
/*!40101 SET character_set_client = @saved_cs_client */;

--
-- Table structure for table `t_num`
--

DROP TABLE IF EXISTS `t_num`;
/*!40101 SET @saved_cs_client     = @@character_set_client */;
/*!50503 SET character_set_client = utf8mb4 */;
CREATE TABLE `t_num` (
  `id` bigint unsigned NOT NULL,
  `c_dec` decimal(10,2) DEFAULT NULL,
  `c_udec` decimal(12,4) unsigned DEFAULT NULL,
  `c_dec65` decimal(65,30) DEFAULT NULL,
  `c_dec0` decimal(18,0) DEFAULT NULL,
  `c_dec9` decimal(9,9) DEFAULT NULL,
  `c_dec1` decimal(1,0) DEFAULT NULL,
  `c_float` float DEFAULT NULL,
  `c_double` double DEFAULT NULL,
  `c_udouble` double unsigned DEFAULT NULL,
  `c_bit1` bit(1) DEFAULT NULL,
  `c_bit7` bit(7) DEFAULT NULL,
  `c_bit8` bit(8) DEFAULT NULL,
  `c_bit9` bit(9) DEFAULT NULL,
  `c_bit33` bit(33) DEFAULT NULL,
  `c_bit64` bit(64) DEFAULT NULL,
  PRIMARY KEY (`id`)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_0900_ai_ci;
/*!40101 SET character_set_client = @saved_cs_client */;

--
-- Table structure for table `t_parent`
--

DROP TABLE IF EXISTS `t_parent`;
/*!40101 SET @saved_cs_client     = @@character_set_client */;
/*!50503 SET character_set_client = utf8mb4 */;
CREATE TABLE `t_parent` (
  `id` int NOT NULL,
  `v` int DEFAULT NULL,
  PRIMARY KEY (`id`)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_0900_ai_ci;
/*!40101 SET character_set_client = @saved_cs_client */;

--
-- Table structure for table `t_part`
--

DROP TABLE IF EXISTS `t_part`;
/*!40101 SET @saved_cs_client     = @@character_set_client */;
/*!50503 SET character_set_client = utf8mb4 */;
CREATE TABLE `t_part` (
  `id` int NOT NULL,
  `d` date NOT NULL,
  `v` varchar(20) DEFAULT NULL,
  PRIMARY KEY (`id`,`d`)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_0900_ai_ci
/*!50100 PARTITION BY RANGE (year(`d`))
(PARTITION p0 VALUES LESS THAN (2020) ENGINE = InnoDB,
 PARTITION p1 VALUES LESS THAN (2025) ENGINE = InnoDB,
 PARTITION p2 VALUES LESS THAN MAXVALUE ENGINE = InnoDB) */;
/*!40101 SET character_set_client = @saved_cs_client */;

--
-- Table structure for table `t_str`
--

DROP TABLE IF EXISTS `t_str`;
/*!40101 SET @saved_cs_client     = @@character_set_client */;
/*!50503 SET character_set_client = utf8mb4 */;
CREATE TABLE `t_str` (
  `id` int NOT NULL,
  `c_char` char(10) DEFAULT NULL,
  `c_char0` char(0) DEFAULT NULL,
  `c_char255` char(255) DEFAULT NULL,
  `c_vc` varchar(50) DEFAULT NULL,
  `c_vc300` varchar(300) DEFAULT NULL,
  `c_vc5000` varchar(5000) DEFAULT NULL,
  `c_bin` binary(8) DEFAULT NULL,
  `c_bin255` binary(255) DEFAULT NULL,
  `c_vb` varbinary(50) DEFAULT NULL,
  `c_vb1000` varbinary(1000) DEFAULT NULL,
  `c_l1` varchar(40) CHARACTER SET latin1 COLLATE latin1_swedish_ci DEFAULT NULL,
  `c_u3` varchar(40) CHARACTER SET utf8mb3 COLLATE utf8mb3_general_ci DEFAULT NULL,
  `c_u16` varchar(40) CHARACTER SET utf16 COLLATE utf16_general_ci DEFAULT NULL,
  `c_u32` char(20) CHARACTER SET utf32 COLLATE utf32_general_ci DEFAULT NULL,
  `c_ucs2` char(20) CHARACTER SET ucs2 COLLATE ucs2_general_ci DEFAULT NULL,
  `c_gbk` varchar(40) CHARACTER SET gbk COLLATE gbk_chinese_ci DEFAULT NULL,
  `c_sjis` varchar(40) CHARACTER SET sjis COLLATE sjis_japanese_ci DEFAULT NULL,
  `c_eucjp` varchar(40) CHARACTER SET eucjpms COLLATE eucjpms_japanese_ci DEFAULT NULL,
  `c_big5` varchar(40) CHARACTER SET big5 COLLATE big5_chinese_ci DEFAULT NULL,
  `c_cp1251` varchar(40) CHARACTER SET cp1251 COLLATE cp1251_general_ci DEFAULT NULL,
  `c_koi8r` char(40) CHARACTER SET koi8r COLLATE koi8r_general_ci DEFAULT NULL,
  `c_gb18030` varchar(40) CHARACTER SET gb18030 COLLATE gb18030_chinese_ci DEFAULT NULL,
  `c_ascii` varchar(40) CHARACTER SET ascii COLLATE ascii_general_ci DEFAULT NULL,
  `c_bincoll` varchar(40) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin DEFAULT NULL,
  `c_enum` enum('a','b','it''s','d,e','ü') DEFAULT NULL,
  `c_set` set('x','y','z','ü') DEFAULT NULL,
  `c_set64` set('s1','s2','s3','s4','s5','s6','s7','s8','s9','s10','s11','s12','s13','s14','s15','s16','s17','s18','s19','s20','s21','s22','s23','s24','s25','s26','s27','s28','s29','s30','s31','s32','s33','s34','s35','s36','s37','s38','s39','s40','s41','s42','s43','s44','s45','s46','s47','s48','s49','s50','s51','s52','s53','s54','s55','s56','s57','s58','s59','s60','s61','s62','s63','s64') DEFAULT NULL,
  PRIMARY KEY (`id`)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_0900_ai_ci;
/*!40101 SET character_set_client = @saved_cs_client */;

--
-- Table structure for table `t_time`
--

DROP TABLE IF EXISTS `t_time`;
/*!40101 SET @saved_cs_client     = @@character_set_client */;
/*!50503 SET character_set_client = utf8mb4 */;
CREATE TABLE `t_time` (
  `id` int NOT NULL,
  `c_date` date DEFAULT NULL,
  `c_year` year DEFAULT NULL,
  `c_time` time DEFAULT NULL,
  `c_time1` time(1) DEFAULT NULL,
  `c_time2` time(2) DEFAULT NULL,
  `c_time3` time(3) DEFAULT NULL,
  `c_time4` time(4) DEFAULT NULL,
  `c_time5` time(5) DEFAULT NULL,
  `c_time6` time(6) DEFAULT NULL,
  `c_dt` datetime DEFAULT NULL,
  `c_dt1` datetime(1) DEFAULT NULL,
  `c_dt2` datetime(2) DEFAULT NULL,
  `c_dt3` datetime(3) DEFAULT NULL,
  `c_dt4` datetime(4) DEFAULT NULL,
  `c_dt5` datetime(5) DEFAULT NULL,
  `c_dt6` datetime(6) DEFAULT NULL,
  `c_ts` timestamp NULL DEFAULT NULL,
  `c_ts1` timestamp(1) NULL DEFAULT NULL,
  `c_ts3` timestamp(3) NULL DEFAULT NULL,
  `c_ts6` timestamp(6) NULL DEFAULT NULL,
  `c_upd` timestamp NOT NULL DEFAULT CURRENT_TIMESTAMP ON UPDATE CURRENT_TIMESTAMP,
  PRIMARY KEY (`id`)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_0900_ai_ci;
/*!40101 SET character_set_client = @saved_cs_client */;

--
-- Table structure for table `t_vector`
--

DROP TABLE IF EXISTS `t_vector`;
/*!40101 SET @saved_cs_client     = @@character_set_client */;
/*!50503 SET character_set_client = utf8mb4 */;
CREATE TABLE `t_vector` (
  `id` int NOT NULL,
  `v` vector(4) DEFAULT NULL,
  `v2` vector(2048) DEFAULT NULL,
  `vbig` vector(1000) DEFAULT NULL,
  PRIMARY KEY (`id`)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_0900_ai_ci;
/*!40101 SET character_set_client = @saved_cs_client */;

--
-- Table structure for table `t_wide`
--

DROP TABLE IF EXISTS `t_wide`;
/*!40101 SET @saved_cs_client     = @@character_set_client */;
/*!50503 SET character_set_client = utf8mb4 */;
CREATE TABLE `t_wide` (
  `id` int NOT NULL,
  PRIMARY KEY (`id`)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_0900_ai_ci;
/*!40101 SET character_set_client = @saved_cs_client */;

--
-- Table structure for table `x_child`
--

DROP TABLE IF EXISTS `x_child`;
/*!40101 SET @saved_cs_client     = @@character_set_client */;
/*!50503 SET character_set_client = utf8mb4 */;
CREATE TABLE `x_child` (
  `id` int(6) unsigned zerofill NOT NULL AUTO_INCREMENT COMMENT 'a, b) -- not a comment /* nor this',
  `pa` int unsigned DEFAULT NULL,
  `pb` varchar(40) COLLATE latin1_general_ci DEFAULT NULL,
  `self` int unsigned DEFAULT NULL,
  `state` enum('','a''b','c"d','e\\f','g,h)','i`j',' k') COLLATE latin1_general_ci NOT NULL DEFAULT 'a''b',
  `flags` set('one','two') CHARACTER SET latin1 COLLATE latin1_german1_ci DEFAULT 'one,two',
  `ts` timestamp(3) NULL DEFAULT CURRENT_TIMESTAMP(3) ON UPDATE CURRENT_TIMESTAMP(3),
  `bits` bit(8) NOT NULL DEFAULT b'101',
  `raw` varbinary(4) NOT NULL DEFAULT 'x\0',
  `price` decimal(8,2) NOT NULL DEFAULT '-1.50',
  `body` text COLLATE latin1_general_ci,
  PRIMARY KEY (`id`),
  KEY `k_self` (`self`),
  KEY `fk_self` (`pa`),
  FULLTEXT KEY `ft` (`body`),
  CONSTRAINT `fk one` FOREIGN KEY (`pa`) REFERENCES `x_parent` (`a`) ON DELETE SET NULL ON UPDATE CASCADE,
  CONSTRAINT `fk_self` FOREIGN KEY (`pa`) REFERENCES `x_parent` (`a`) ON DELETE RESTRICT
) ENGINE=InnoDB AUTO_INCREMENT=77 DEFAULT CHARSET=latin1 COLLATE=latin1_general_ci;
/*!40101 SET character_set_client = @saved_cs_client */;
/*!50003 SET @saved_cs_client      = @@character_set_client */ ;
/*!50003 SET @saved_cs_results     = @@character_set_results */ ;
/*!50003 SET @saved_col_connection = @@collation_connection */ ;
/*!50003 SET character_set_client  = utf8mb4 */ ;
/*!50003 SET character_set_results = utf8mb4 */ ;
/*!50003 SET collation_connection  = utf8mb4_0900_ai_ci */ ;
/*!50003 SET @saved_sql_mode       = @@sql_mode */ ;
/*!50003 SET sql_mode              = 'ONLY_FULL_GROUP_BY,STRICT_TRANS_TABLES,NO_ZERO_IN_DATE,NO_ZERO_DATE,ERROR_FOR_DIVISION_BY_ZERO,NO_ENGINE_SUBSTITUTION' */ ;
DELIMITER ;;
/*!50003 CREATE*/ /*!50017 DEFINER=`root`@`localhost`*/ /*!50003 TRIGGER `x_before` BEFORE INSERT ON `x_child` FOR EACH ROW BEGIN SET NEW.self = 1; IF NEW.pb = ';' THEN SET NEW.pb = 'CREATE TABLE t ('; END IF; END */;;
DELIMITER ;
/*!50003 SET sql_mode              = @saved_sql_mode */ ;
/*!50003 SET character_set_client  = @saved_cs_client */ ;
/*!50003 SET character_set_results = @saved_cs_results */ ;
/*!50003 SET collation_connection  = @saved_col_connection */ ;
/*!50003 SET @saved_cs_client      = @@character_set_client */ ;
/*!50003 SET @saved_cs_results     = @@character_set_results */ ;
/*!50003 SET @saved_col_connection = @@collation_connection */ ;
/*!50003 SET character_set_client  = utf8mb4 */ ;
/*!50003 SET character_set_results = utf8mb4 */ ;
/*!50003 SET collation_connection  = utf8mb4_0900_ai_ci */ ;
/*!50003 SET @saved_sql_mode       = @@sql_mode */ ;
/*!50003 SET sql_mode              = 'ONLY_FULL_GROUP_BY,STRICT_TRANS_TABLES,NO_ZERO_IN_DATE,NO_ZERO_DATE,ERROR_FOR_DIVISION_BY_ZERO,NO_ENGINE_SUBSTITUTION' */ ;
DELIMITER ;;
/*!50003 CREATE*/ /*!50017 DEFINER=`root`@`localhost`*/ /*!50003 TRIGGER `x after` AFTER DELETE ON `x_child` FOR EACH ROW INSERT INTO x_log VALUES ('deleted', NOW()) */;;
DELIMITER ;
/*!50003 SET sql_mode              = @saved_sql_mode */ ;
/*!50003 SET character_set_client  = @saved_cs_client */ ;
/*!50003 SET character_set_results = @saved_cs_results */ ;
/*!50003 SET collation_connection  = @saved_col_connection */ ;

--
-- Table structure for table `x_gipk`
--

DROP TABLE IF EXISTS `x_gipk`;
/*!40101 SET @saved_cs_client     = @@character_set_client */;
/*!50503 SET character_set_client = utf8mb4 */;
CREATE TABLE `x_gipk` (
  `my_row_id` bigint unsigned NOT NULL AUTO_INCREMENT /*!80023 INVISIBLE */,
  `a` int DEFAULT NULL,
  `b` varchar(9) DEFAULT NULL,
  PRIMARY KEY (`my_row_id`)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_0900_ai_ci;
/*!40101 SET character_set_client = @saved_cs_client */;

--
-- Table structure for table `x_log`
--

DROP TABLE IF EXISTS `x_log`;
/*!40101 SET @saved_cs_client     = @@character_set_client */;
/*!50503 SET character_set_client = utf8mb4 */;
CREATE TABLE `x_log` (
  `what` varchar(200) DEFAULT NULL,
  `at` datetime DEFAULT NULL
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_0900_ai_ci;
/*!40101 SET character_set_client = @saved_cs_client */;

--
-- Table structure for table `x_modern`
--

DROP TABLE IF EXISTS `x_modern`;
/*!40101 SET @saved_cs_client     = @@character_set_client */;
/*!50503 SET character_set_client = utf8mb4 */;
CREATE TABLE `x_modern` (
  `id` binary(16) NOT NULL DEFAULT (uuid_to_bin(uuid())),
  `n` int NOT NULL,
  `tags` json DEFAULT NULL,
  `lat` double DEFAULT NULL,
  `name` varchar(30) GENERATED ALWAYS AS (json_unquote(json_extract(`tags`,_utf8mb4'$.name'))) STORED NOT NULL COMMENT 'x',
  PRIMARY KEY (`id`),
  UNIQUE KEY `hidden` (`n`,`id`) /*!80000 INVISIBLE */,
  KEY `func` (((`n` + 1)),(lower(`name`)) DESC),
  KEY `multi` ((cast(json_extract(`tags`,_utf8mb4'$.ids') as unsigned array))),
  CONSTRAINT `c_lat` CHECK ((`lat` between -(90) and 90)) /*!80016 NOT ENFORCED */,
  CONSTRAINT `x_modern_chk_1` CHECK ((`n` > 0))
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_0900_ai_ci
/*!50100 PARTITION BY KEY (id)
PARTITIONS 3 */;
/*!40101 SET character_set_client = @saved_cs_client */;

--
-- Table structure for table `x_parent`
--

DROP TABLE IF EXISTS `x_parent`;
/*!40101 SET @saved_cs_client     = @@character_set_client */;
/*!50503 SET character_set_client = utf8mb4 */;
CREATE TABLE `x_parent` (
  `a` int unsigned NOT NULL,
  `b` varchar(40) NOT NULL,
  PRIMARY KEY (`a`),
  UNIQUE KEY `u_b` (`b`(20)),
  KEY `both_of` (`b`,`a`)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_0900_ai_ci ROW_FORMAT=COMPRESSED KEY_BLOCK_SIZE=8 COMMENT='semicolon; paren ) quote '' backslash \\ end';
/*!40101 SET character_set_client = @saved_cs_client */;

--
-- Table structure for table `x_place`
--

DROP TABLE IF EXISTS `x_place`;
/*!40101 SET @saved_cs_client     = @@character_set_client */;
/*!50503 SET character_set_client = utf8mb4 */;
CREATE TABLE `x_place` (
  `my_row_id` bigint unsigned NOT NULL AUTO_INCREMENT /*!80023 INVISIBLE */,
  `id` int NOT NULL,
  `shape` polygon NOT NULL /*!80003 SRID 4326 */,
  PRIMARY KEY (`my_row_id`),
  SPATIAL KEY `shape` (`shape`)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_0900_ai_ci;
/*!40101 SET character_set_client = @saved_cs_client */;

--
-- Temporary view structure for view `x_view`
--

DROP TABLE IF EXISTS `x_view`;
/*!50001 DROP VIEW IF EXISTS `x_view`*/;
SET @saved_cs_client     = @@character_set_client;
/*!50503 SET character_set_client = utf8mb4 */;
/*!50001 CREATE VIEW `x_view` AS SELECT 
 1 AS `a`,
 1 AS `b`*/;
SET character_set_client = @saved_cs_client;

--
-- Dumping events for database 'tt'
--
/*!50106 SET @save_time_zone= @@TIME_ZONE */ ;
/*!50106 DROP EVENT IF EXISTS `x_event` */;
DELIMITER ;;
/*!50003 SET @saved_cs_client      = @@character_set_client */ ;;
/*!50003 SET @saved_cs_results     = @@character_set_results */ ;;
/*!50003 SET @saved_col_connection = @@collation_connection */ ;;
/*!50003 SET character_set_client  = utf8mb4 */ ;;
/*!50003 SET character_set_results = utf8mb4 */ ;;
/*!50003 SET collation_connection  = utf8mb4_0900_ai_ci */ ;;
/*!50003 SET @saved_sql_mode       = @@sql_mode */ ;;
/*!50003 SET sql_mode              = 'ONLY_FULL_GROUP_BY,STRICT_TRANS_TABLES,NO_ZERO_IN_DATE,NO_ZERO_DATE,ERROR_FOR_DIVISION_BY_ZERO,NO_ENGINE_SUBSTITUTION' */ ;;
/*!50003 SET @saved_time_zone      = @@time_zone */ ;;
/*!50003 SET time_zone             = 'SYSTEM' */ ;;
/*!50106 CREATE*/ /*!50117 DEFINER=`root`@`localhost`*/ /*!50106 EVENT `x_event` ON SCHEDULE EVERY 1 DAY STARTS '2030-01-01 00:00:00' ON COMPLETION NOT PRESERVE ENABLE DO DELETE FROM x_log */ ;;
/*!50003 SET time_zone             = @saved_time_zone */ ;;
/*!50003 SET sql_mode              = @saved_sql_mode */ ;;
/*!50003 SET character_set_client  = @saved_cs_client */ ;;
/*!50003 SET character_set_results = @saved_cs_results */ ;;
/*!50003 SET collation_connection  = @saved_col_connection */ ;;
DELIMITER ;
/*!50106 SET TIME_ZONE= @save_time_zone */ ;

--
-- Dumping routines for database 'tt'
--
/*!50003 DROP PROCEDURE IF EXISTS `x_proc` */;
/*!50003 SET @saved_cs_client      = @@character_set_client */ ;
/*!50003 SET @saved_cs_results     = @@character_set_results */ ;
/*!50003 SET @saved_col_connection = @@collation_connection */ ;
/*!50003 SET character_set_client  = utf8mb4 */ ;
/*!50003 SET character_set_results = utf8mb4 */ ;
/*!50003 SET collation_connection  = utf8mb4_0900_ai_ci */ ;
/*!50003 SET @saved_sql_mode       = @@sql_mode */ ;
/*!50003 SET sql_mode              = 'ONLY_FULL_GROUP_BY,STRICT_TRANS_TABLES,NO_ZERO_IN_DATE,NO_ZERO_DATE,ERROR_FOR_DIVISION_BY_ZERO,NO_ENGINE_SUBSTITUTION' */ ;
DELIMITER ;;
CREATE DEFINER=`root`@`localhost` PROCEDURE `x_proc`()
BEGIN CREATE TEMPORARY TABLE x_tmp (a INT); DROP TEMPORARY TABLE x_tmp; END ;;
DELIMITER ;
/*!50003 SET sql_mode              = @saved_sql_mode */ ;
/*!50003 SET character_set_client  = @saved_cs_client */ ;
/*!50003 SET character_set_results = @saved_cs_results */ ;
/*!50003 SET collation_connection  = @saved_col_connection */ ;

--
-- Current Database: `tt`
--

USE `tt`;

--
-- Final view structure for view `x_view`
--

/*!50001 DROP VIEW IF EXISTS `x_view`*/;
/*!50001 SET @saved_cs_client          = @@character_set_client */;
/*!50001 SET @saved_cs_results         = @@character_set_results */;
/*!50001 SET @saved_col_connection     = @@collation_connection */;
/*!50001 SET character_set_client      = utf8mb4 */;
/*!50001 SET character_set_results     = utf8mb4 */;
/*!50001 SET collation_connection      = utf8mb4_0900_ai_ci */;
/*!50001 CREATE ALGORITHM=UNDEFINED */
/*!50013 DEFINER=`root`@`localhost` SQL SECURITY DEFINER */
/*!50001 VIEW `x_view` AS select `x_parent`.`a` AS `a`,`x_parent`.`b` AS `b` from `x_parent` */;
/*!50001 SET character_set_client      = @saved_cs_client */;
/*!50001 SET character_set_results     = @saved_cs_results */;
/*!50001 SET collation_connection      = @saved_col_connection */;
/*!40103 SET TIME_ZONE=@OLD_TIME_ZONE */;

/*!40101 SET SQL_MODE=@OLD_SQL_MODE */;
/*!40014 SET FOREIGN_KEY_CHECKS=@OLD_FOREIGN_KEY_CHECKS */;
/*!40014 SET UNIQUE_CHECKS=@OLD_UNIQUE_CHECKS */;
/*!40101 SET CHARACTER_SET_CLIENT=@OLD_CHARACTER_SET_CLIENT */;
/*!40101 SET CHARACTER_SET_RESULTS=@OLD_CHARACTER_SET_RESULTS */;
/*!40101 SET COLLATION_CONNECTION=@OLD_COLLATION_CONNECTION */;
/*!40111 SET SQL_NOTES=@OLD_SQL_NOTES */;

-- Dump completed on 2026-11-21 14:40:41
