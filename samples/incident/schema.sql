-- The tables of a workflow engine that runs the approval of orders.
CREATE DATABASE flow DEFAULT CHARACTER SET utf8mb4;
USE flow;

CREATE TABLE wf_definition (
  id      VARCHAR(64)  NOT NULL PRIMARY KEY,
  name    VARCHAR(255) NOT NULL,
  version INT UNSIGNED NOT NULL
);

CREATE TABLE wf_bytes (
  id      VARCHAR(64)  NOT NULL PRIMARY KEY,
  rev     INT UNSIGNED NOT NULL,
  name    VARCHAR(255) NOT NULL,
  content LONGBLOB
);

CREATE TABLE wf_execution (
  id            VARCHAR(64)  NOT NULL PRIMARY KEY,
  rev           INT UNSIGNED NOT NULL,
  instance_id   VARCHAR(64)  NOT NULL,
  parent_id     VARCHAR(64),
  definition_id VARCHAR(64)  NOT NULL,
  business_key  VARCHAR(255),
  activity      VARCHAR(255),
  state         ENUM('active', 'suspended', 'ended') NOT NULL,
  started       DATETIME(3)  NOT NULL,
  KEY (instance_id),
  KEY (business_key),
  CONSTRAINT execution_parent     FOREIGN KEY (parent_id)     REFERENCES wf_execution (id),
  CONSTRAINT execution_definition FOREIGN KEY (definition_id) REFERENCES wf_definition (id)
);

CREATE TABLE wf_task (
  id           VARCHAR(64)  NOT NULL PRIMARY KEY,
  rev          INT UNSIGNED NOT NULL,
  execution_id VARCHAR(64)  NOT NULL,
  name         VARCHAR(255) NOT NULL,
  assignee     VARCHAR(255),
  priority     TINYINT      NOT NULL,
  created      DATETIME(3)  NOT NULL,
  due          DATETIME(3),
  CONSTRAINT task_execution FOREIGN KEY (execution_id) REFERENCES wf_execution (id)
);

CREATE TABLE wf_variable (
  id           VARCHAR(64)  NOT NULL PRIMARY KEY,
  rev          INT UNSIGNED NOT NULL,
  execution_id VARCHAR(64)  NOT NULL,
  name         VARCHAR(255) NOT NULL,
  text_value   VARCHAR(4000),
  long_value   BIGINT,
  amount_value DECIMAL(14, 2),
  bytes_id     VARCHAR(64),
  CONSTRAINT variable_execution FOREIGN KEY (execution_id) REFERENCES wf_execution (id),
  CONSTRAINT variable_bytes     FOREIGN KEY (bytes_id)     REFERENCES wf_bytes (id)
);

CREATE TABLE wf_history (
  instance_id  VARCHAR(64)  NOT NULL PRIMARY KEY,
  business_key VARCHAR(255),
  state        VARCHAR(20)  NOT NULL,
  started      DATETIME(3)  NOT NULL,
  ended        DATETIME(3),
  reason       TEXT
);
