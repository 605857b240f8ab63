CREATE DATABASE /*!32312 IF NOT EXISTS*/ `shop`;
USE `shop`;
CREATE TABLE `orders` (
  `id` int(10) unsigned NOT NULL,
  `status` varchar(10) CHARACTER SET latin1 NOT NULL,
  `kind` enum('new','used') DEFAULT NULL,
  `price` decimal(10,2) DEFAULT NULL,
  `stamp` timestamp NULL DEFAULT NULL,
  `data` blob,
  PRIMARY KEY (`id`)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4;
