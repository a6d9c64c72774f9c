CREATE TABLE `alembic_version` (
  `version_num` varchar(32) COLLATE utf8mb4_unicode_ci NOT NULL,
  PRIMARY KEY (`version_num`)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_unicode_ci;

CREATE TABLE `audit_event` (
  `id` bigint NOT NULL AUTO_INCREMENT,
  `at` datetime(6) NOT NULL,
  `user_id` bigint DEFAULT NULL,
  `action` varchar(40) COLLATE utf8mb4_unicode_ci NOT NULL,
  `outcome` varchar(10) COLLATE utf8mb4_unicode_ci NOT NULL,
  `address` varchar(64) COLLATE utf8mb4_unicode_ci DEFAULT NULL,
  `request_id` varchar(32) COLLATE utf8mb4_unicode_ci DEFAULT NULL,
  `detail` text COLLATE utf8mb4_unicode_ci,
  `seq` bigint DEFAULT NULL,
  `seal` varbinary(32) DEFAULT NULL,
  PRIMARY KEY (`id`),
  UNIQUE KEY `seq` (`seq`),
  KEY `idx_audit_user` (`user_id`,`id`)
) /*!50100 TABLESPACE `innodb_system` */ ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_unicode_ci;

CREATE TABLE `audit_head` (
  `id` bigint NOT NULL,
  `seq` bigint NOT NULL,
  `seal` varbinary(32) NOT NULL,
  `pruned_seq` bigint NOT NULL,
  `pruned_seal` varbinary(32) NOT NULL,
  `key_id` varbinary(8) DEFAULT NULL,
  `mac` varbinary(32) DEFAULT NULL,
  PRIMARY KEY (`id`)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_unicode_ci;

CREATE TABLE `database_lock` (
  `name` varchar(64) COLLATE utf8mb4_unicode_ci NOT NULL,
  `holder` varchar(32) COLLATE utf8mb4_unicode_ci NOT NULL,
  `beat` bigint NOT NULL,
  PRIMARY KEY (`name`)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_unicode_ci;

CREATE TABLE `invite` (
  `id` bigint NOT NULL AUTO_INCREMENT,
  `hash` varbinary(32) NOT NULL,
  `prefix` varchar(16) COLLATE utf8mb4_unicode_ci NOT NULL,
  `uses` int NOT NULL,
  `uses_left` int NOT NULL,
  `group_id` bigint DEFAULT NULL,
  `note` varchar(100) COLLATE utf8mb4_unicode_ci DEFAULT NULL,
  `created_by` bigint NOT NULL,
  `created_at` datetime(6) NOT NULL,
  `expires_at` datetime(6) NOT NULL,
  `revoked_at` datetime(6) DEFAULT NULL,
  PRIMARY KEY (`id`),
  UNIQUE KEY `hash` (`hash`)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_unicode_ci;

CREATE TABLE `oidc_logout` (
  `hash` varbinary(32) NOT NULL,
  `expires_at` datetime(6) NOT NULL,
  PRIMARY KEY (`hash`),
  KEY `idx_oidc_logout_expires` (`expires_at`)
) /*!50100 TABLESPACE `innodb_system` */ ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_unicode_ci;

CREATE TABLE `process` (
  `owner` varchar(64) COLLATE utf8mb4_unicode_ci NOT NULL,
  `beat` bigint NOT NULL,
  `version` varchar(20) COLLATE utf8mb4_unicode_ci NOT NULL,
  `started_at` datetime(6) NOT NULL,
  PRIMARY KEY (`owner`)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_unicode_ci;

CREATE TABLE `schema_info` (
  `min_app_version` varchar(20) COLLATE utf8mb4_unicode_ci NOT NULL,
  `key_canary` text COLLATE utf8mb4_unicode_ci,
  PRIMARY KEY (`min_app_version`)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_unicode_ci;

CREATE TABLE `setting` (
  `name` varchar(40) COLLATE utf8mb4_unicode_ci NOT NULL,
  `value` text COLLATE utf8mb4_unicode_ci NOT NULL,
  `updated_at` datetime(6) NOT NULL,
  PRIMARY KEY (`name`)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_unicode_ci;

CREATE TABLE `usage_gone` (
  `day` int NOT NULL,
  `target_id` bigint NOT NULL,
  `attempts` bigint NOT NULL,
  `messages` bigint NOT NULL,
  `estimated` bigint NOT NULL,
  `unpriced` bigint NOT NULL,
  `prompt_tokens` bigint NOT NULL,
  `cached_tokens` bigint NOT NULL,
  `cache_write_tokens` bigint NOT NULL,
  `completion_tokens` bigint NOT NULL,
  `reasoning_tokens` bigint NOT NULL,
  `cost_nano` bigint DEFAULT NULL,
  PRIMARY KEY (`day`,`target_id`)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_unicode_ci;

CREATE TABLE `user` (
  `id` bigint NOT NULL AUTO_INCREMENT,
  `username` varchar(50) COLLATE utf8mb4_unicode_ci NOT NULL,
  `username_key` varbinary(255) NOT NULL,
  `email` varchar(100) COLLATE utf8mb4_unicode_ci NOT NULL,
  `email_key` varbinary(400) NOT NULL,
  `password_hash` varchar(255) COLLATE utf8mb4_unicode_ci NOT NULL,
  `created_at` datetime(6) NOT NULL,
  `yn` tinyint NOT NULL DEFAULT '1',
  `conversation_count` int NOT NULL DEFAULT '0',
  `default_model_id` bigint DEFAULT NULL,
  `title_model_id` bigint DEFAULT NULL,
  `custom_instructions` text COLLATE utf8mb4_unicode_ci,
  `config_seen` datetime(6) DEFAULT NULL,
  `role` varchar(8) COLLATE utf8mb4_unicode_ci NOT NULL DEFAULT 'user',
  `display_name` varchar(64) COLLATE utf8mb4_unicode_ci DEFAULT NULL,
  `pending_at` datetime(6) DEFAULT NULL,
  `deleted_at` datetime(6) DEFAULT NULL,
  `deleted_yn` tinyint DEFAULT NULL,
  `email_verified_at` datetime(6) DEFAULT NULL,
  `status` tinyint GENERATED ALWAYS AS ((case when (`yn` = 1) then 0 when (`deleted_at` is not null) then 3 when (`pending_at` is not null) then 2 else 1 end)) VIRTUAL,
  `has_factor` tinyint NOT NULL DEFAULT '0',
  PRIMARY KEY (`id`),
  UNIQUE KEY `username_key` (`username_key`),
  UNIQUE KEY `email_key` (`email_key`),
  KEY `idx_user_role` (`role`,`id`),
  KEY `idx_user_deleted` (`deleted_at`),
  KEY `idx_user_status` (`status`,`username_key`)
) /*!50100 TABLESPACE `innodb_system` */ ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_unicode_ci;

CREATE TABLE `user_group` (
  `id` bigint NOT NULL AUTO_INCREMENT,
  `name` varchar(100) COLLATE utf8mb4_unicode_ci NOT NULL,
  `name_key` varbinary(400) NOT NULL,
  `created_at` datetime(6) NOT NULL,
  PRIMARY KEY (`id`),
  UNIQUE KEY `name_key` (`name_key`)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_unicode_ci;

CREATE TABLE `api_key` (
  `id` bigint NOT NULL AUTO_INCREMENT,
  `user_id` bigint NOT NULL,
  `name` varchar(100) COLLATE utf8mb4_unicode_ci NOT NULL,
  `prefix` varchar(16) COLLATE utf8mb4_unicode_ci NOT NULL,
  `hash` varbinary(32) NOT NULL,
  `scopes` varchar(100) COLLATE utf8mb4_unicode_ci NOT NULL,
  `model_ids` text COLLATE utf8mb4_unicode_ci,
  `cap_period` varchar(5) COLLATE utf8mb4_unicode_ci DEFAULT NULL,
  `cap_unit` varchar(8) COLLATE utf8mb4_unicode_ci DEFAULT NULL,
  `cap_amount` bigint DEFAULT NULL,
  `created_at` datetime(6) NOT NULL,
  `expires_at` datetime(6) DEFAULT NULL,
  `last_used_at` datetime(6) DEFAULT NULL,
  PRIMARY KEY (`id`),
  UNIQUE KEY `hash` (`hash`),
  KEY `idx_api_key_user` (`user_id`),
  CONSTRAINT `api_key_ibfk_1` FOREIGN KEY (`user_id`) REFERENCES `user` (`id`) ON DELETE CASCADE
) /*!50100 TABLESPACE `innodb_system` */ ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_unicode_ci;

CREATE TABLE `avatar` (
  `user_id` bigint NOT NULL,
  `version` bigint NOT NULL,
  `bytes` mediumblob NOT NULL,
  PRIMARY KEY (`user_id`),
  CONSTRAINT `avatar_ibfk_1` FOREIGN KEY (`user_id`) REFERENCES `user` (`id`) ON DELETE CASCADE
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_unicode_ci;

CREATE TABLE `cap` (
  `id` bigint NOT NULL AUTO_INCREMENT,
  `scope` varchar(8) COLLATE utf8mb4_unicode_ci NOT NULL,
  `user_id` bigint DEFAULT NULL,
  `group_id` bigint DEFAULT NULL,
  `key_id` bigint DEFAULT NULL,
  `target` varchar(10) COLLATE utf8mb4_unicode_ci NOT NULL,
  `connection_id` bigint DEFAULT NULL,
  `model_id` bigint DEFAULT NULL,
  `period` varchar(5) COLLATE utf8mb4_unicode_ci NOT NULL,
  `unit` varchar(8) COLLATE utf8mb4_unicode_ci NOT NULL,
  `amount` bigint NOT NULL,
  `warn_percent` int NOT NULL DEFAULT '80',
  `source` varchar(8) COLLATE utf8mb4_unicode_ci NOT NULL,
  `created_at` datetime(6) NOT NULL,
  `updated_at` datetime(6) NOT NULL,
  PRIMARY KEY (`id`),
  KEY `idx_cap_user` (`user_id`),
  CONSTRAINT `cap_ibfk_1` FOREIGN KEY (`user_id`) REFERENCES `user` (`id`) ON DELETE CASCADE
) /*!50100 TABLESPACE `innodb_system` */ ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_unicode_ci;

CREATE TABLE `connection` (
  `id` bigint NOT NULL AUTO_INCREMENT,
  `user_id` bigint DEFAULT NULL,
  `slug` varchar(40) COLLATE utf8mb4_unicode_ci NOT NULL,
  `slug_key` varbinary(64) NOT NULL,
  `label` varchar(100) COLLATE utf8mb4_unicode_ci NOT NULL,
  `base_url` varchar(500) COLLATE utf8mb4_unicode_ci NOT NULL,
  `encrypted_api_key` text COLLATE utf8mb4_unicode_ci,
  `key_tail` varchar(4) COLLATE utf8mb4_unicode_ci DEFAULT NULL,
  `source` varchar(12) COLLATE utf8mb4_unicode_ci NOT NULL,
  `enabled` tinyint NOT NULL DEFAULT '1',
  `deleted_at` datetime(6) DEFAULT NULL,
  `created_at` datetime(6) NOT NULL,
  `updated_at` datetime(6) NOT NULL,
  `restricted` tinyint NOT NULL DEFAULT '0',
  PRIMARY KEY (`id`),
  UNIQUE KEY `slug_key` (`slug_key`),
  KEY `idx_connection_user` (`user_id`),
  CONSTRAINT `connection_ibfk_1` FOREIGN KEY (`user_id`) REFERENCES `user` (`id`) ON DELETE CASCADE
) /*!50100 TABLESPACE `innodb_system` */ ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_unicode_ci;

CREATE TABLE `conversation` (
  `id` bigint NOT NULL AUTO_INCREMENT,
  `user_id` bigint NOT NULL,
  `title` varchar(200) COLLATE utf8mb4_unicode_ci NOT NULL,
  `title_source` varchar(10) COLLATE utf8mb4_unicode_ci NOT NULL,
  `system_prompt` text COLLATE utf8mb4_unicode_ci,
  `message_count` int NOT NULL DEFAULT '0',
  `created_at` datetime(6) NOT NULL,
  `updated_at` datetime(6) NOT NULL,
  `deleted_at` datetime(6) DEFAULT NULL,
  `model_id` bigint DEFAULT NULL,
  `preset_id` bigint DEFAULT NULL,
  `params` text COLLATE utf8mb4_unicode_ci,
  `archived` tinyint NOT NULL DEFAULT '0',
  `pinned` tinyint NOT NULL DEFAULT '0',
  `folder_id` bigint DEFAULT NULL,
  `continued_from` int DEFAULT NULL,
  PRIMARY KEY (`id`),
  KEY `idx_user_recent` (`user_id`,`deleted_at`,`updated_at`,`id`),
  KEY `idx_deleted` (`deleted_at`),
  KEY `idx_user_created` (`user_id`,`created_at` DESC),
  KEY `idx_conversation_listed` (`user_id`,`deleted_at`,`archived`,`updated_at`,`id`),
  KEY `idx_conversation_pinned` (`user_id`,`pinned`,`deleted_at`,`archived`,`updated_at`,`id`),
  KEY `idx_conversation_folder` (`folder_id`,`deleted_at`,`archived`,`updated_at`,`id`),
  CONSTRAINT `conversation_ibfk_1` FOREIGN KEY (`user_id`) REFERENCES `user` (`id`) ON DELETE CASCADE
) /*!50100 TABLESPACE `innodb_system` */ ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_unicode_ci;

CREATE TABLE `conversation_tally` (
  `user_id` bigint NOT NULL,
  `archived` int NOT NULL,
  `pinned` int NOT NULL,
  `deleted` int NOT NULL,
  `seen` int NOT NULL,
  `oldest_deleted` datetime(6) DEFAULT NULL,
  `newest_deleted` datetime(6) DEFAULT NULL,
  PRIMARY KEY (`user_id`),
  CONSTRAINT `conversation_tally_ibfk_1` FOREIGN KEY (`user_id`) REFERENCES `user` (`id`) ON DELETE CASCADE
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_unicode_ci;

CREATE TABLE `default_model_use` (
  `user_id` bigint NOT NULL,
  `day` int NOT NULL,
  `messages` int NOT NULL,
  PRIMARY KEY (`user_id`,`day`),
  CONSTRAINT `default_model_use_ibfk_1` FOREIGN KEY (`user_id`) REFERENCES `user` (`id`) ON DELETE CASCADE
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_unicode_ci;

CREATE TABLE `email_change` (
  `user_id` bigint NOT NULL,
  `email` varchar(100) COLLATE utf8mb4_unicode_ci NOT NULL,
  `old_hash` varbinary(32) NOT NULL,
  `new_hash` varbinary(32) NOT NULL,
  `old_confirmed_at` datetime(6) DEFAULT NULL,
  `new_confirmed_at` datetime(6) DEFAULT NULL,
  `expires_at` datetime(6) NOT NULL,
  PRIMARY KEY (`user_id`),
  UNIQUE KEY `old_hash` (`old_hash`),
  UNIQUE KEY `new_hash` (`new_hash`),
  CONSTRAINT `email_change_ibfk_1` FOREIGN KEY (`user_id`) REFERENCES `user` (`id`) ON DELETE CASCADE
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_unicode_ci;

CREATE TABLE `email_verification` (
  `user_id` bigint NOT NULL,
  `hash` varbinary(32) NOT NULL,
  `expires_at` datetime(6) NOT NULL,
  PRIMARY KEY (`user_id`),
  UNIQUE KEY `hash` (`hash`),
  CONSTRAINT `email_verification_ibfk_1` FOREIGN KEY (`user_id`) REFERENCES `user` (`id`) ON DELETE CASCADE
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_unicode_ci;

CREATE TABLE `file` (
  `id` bigint NOT NULL AUTO_INCREMENT,
  `user_id` bigint NOT NULL,
  `hash` varbinary(32) NOT NULL,
  `name` varchar(150) COLLATE utf8mb4_unicode_ci NOT NULL,
  `type` varchar(100) COLLATE utf8mb4_unicode_ci NOT NULL,
  `size` bigint NOT NULL,
  `stored` bigint NOT NULL,
  `width` int DEFAULT NULL,
  `height` int DEFAULT NULL,
  `pages` int DEFAULT NULL,
  `characters` int DEFAULT NULL,
  `tokens` int NOT NULL,
  `client_id` varbinary(100) DEFAULT NULL,
  `source_hash` varbinary(32) NOT NULL,
  `created_at` datetime(6) NOT NULL,
  `unused_at` datetime(6) DEFAULT NULL,
  PRIMARY KEY (`id`),
  UNIQUE KEY `uq_file_client` (`user_id`,`client_id`),
  KEY `idx_file_user_hash` (`user_id`,`hash`),
  CONSTRAINT `file_ibfk_1` FOREIGN KEY (`user_id`) REFERENCES `user` (`id`) ON DELETE CASCADE
) /*!50100 TABLESPACE `innodb_system` */ ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_unicode_ci;

CREATE TABLE `folder` (
  `id` bigint NOT NULL AUTO_INCREMENT,
  `user_id` bigint NOT NULL,
  `name` varchar(80) COLLATE utf8mb4_unicode_ci NOT NULL,
  `name_hash` varbinary(32) NOT NULL,
  `position` bigint NOT NULL,
  `conversation_count` int NOT NULL DEFAULT '0',
  `created_at` datetime(6) NOT NULL,
  `updated_at` datetime(6) NOT NULL,
  PRIMARY KEY (`id`),
  UNIQUE KEY `uq_folder_name` (`user_id`,`name_hash`),
  CONSTRAINT `folder_ibfk_1` FOREIGN KEY (`user_id`) REFERENCES `user` (`id`) ON DELETE CASCADE
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_unicode_ci;

CREATE TABLE `group_member` (
  `group_id` bigint NOT NULL,
  `user_id` bigint NOT NULL,
  `username_key` varbinary(255) NOT NULL,
  PRIMARY KEY (`group_id`,`user_id`),
  UNIQUE KEY `uq_group_member_name` (`group_id`,`username_key`),
  KEY `idx_group_member_user` (`user_id`),
  CONSTRAINT `group_member_ibfk_1` FOREIGN KEY (`group_id`) REFERENCES `user_group` (`id`) ON DELETE CASCADE,
  CONSTRAINT `group_member_ibfk_2` FOREIGN KEY (`user_id`) REFERENCES `user` (`id`) ON DELETE CASCADE
) /*!50100 TABLESPACE `innodb_system` */ ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_unicode_ci;

CREATE TABLE `identity` (
  `id` bigint NOT NULL AUTO_INCREMENT,
  `user_id` bigint NOT NULL,
  `key` varbinary(32) NOT NULL,
  `issuer` varchar(500) COLLATE utf8mb4_unicode_ci NOT NULL,
  `subject` varchar(255) COLLATE utf8mb4_unicode_ci NOT NULL,
  `created_at` datetime(6) NOT NULL,
  `last_login_at` datetime(6) DEFAULT NULL,
  PRIMARY KEY (`id`),
  UNIQUE KEY `key` (`key`),
  KEY `idx_identity_user` (`user_id`),
  CONSTRAINT `identity_ibfk_1` FOREIGN KEY (`user_id`) REFERENCES `user` (`id`) ON DELETE CASCADE
) /*!50100 TABLESPACE `innodb_system` */ ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_unicode_ci;

CREATE TABLE `import` (
  `id` bigint NOT NULL AUTO_INCREMENT,
  `user_id` bigint NOT NULL,
  `running_user_id` bigint DEFAULT NULL,
  `name` varchar(150) COLLATE utf8mb4_unicode_ci NOT NULL,
  `status` varchar(12) COLLATE utf8mb4_unicode_ci NOT NULL,
  `why` varchar(40) COLLATE utf8mb4_unicode_ci DEFAULT NULL,
  `source` varchar(20) COLLATE utf8mb4_unicode_ci DEFAULT NULL,
  `folder` varchar(16) COLLATE utf8mb4_unicode_ci NOT NULL,
  `file` varchar(32) COLLATE utf8mb4_unicode_ci NOT NULL,
  `size` bigint DEFAULT NULL,
  `done` int NOT NULL DEFAULT '0',
  `total` int DEFAULT NULL,
  `created` int NOT NULL DEFAULT '0',
  `updated` int NOT NULL DEFAULT '0',
  `unchanged` int NOT NULL DEFAULT '0',
  `skipped` int NOT NULL DEFAULT '0',
  `failed` int NOT NULL DEFAULT '0',
  `messages` int NOT NULL DEFAULT '0',
  `created_at` datetime(6) NOT NULL,
  `ended_at` datetime(6) DEFAULT NULL,
  `undo_at` datetime(6) DEFAULT NULL,
  `undone_at` datetime(6) DEFAULT NULL,
  PRIMARY KEY (`id`),
  UNIQUE KEY `uq_import_running` (`running_user_id`),
  KEY `idx_import_user` (`user_id`,`id`),
  KEY `idx_import_ended` (`ended_at`),
  CONSTRAINT `import_ibfk_1` FOREIGN KEY (`user_id`) REFERENCES `user` (`id`) ON DELETE CASCADE
) /*!50100 TABLESPACE `innodb_system` */ ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_unicode_ci;

CREATE TABLE `job` (
  `name` varchar(64) COLLATE utf8mb4_unicode_ci NOT NULL,
  `kind` varchar(32) COLLATE utf8mb4_unicode_ci NOT NULL,
  `user_id` bigint DEFAULT NULL,
  `owner` varchar(64) COLLATE utf8mb4_unicode_ci DEFAULT NULL,
  `beat` bigint NOT NULL DEFAULT '0',
  `wish` int NOT NULL DEFAULT '0',
  `progress` text COLLATE utf8mb4_unicode_ci,
  `failures` int NOT NULL DEFAULT '0',
  `due_at` datetime(6) NOT NULL,
  `created_at` datetime(6) NOT NULL,
  PRIMARY KEY (`name`),
  KEY `idx_job_user` (`user_id`),
  CONSTRAINT `job_ibfk_1` FOREIGN KEY (`user_id`) REFERENCES `user` (`id`) ON DELETE CASCADE
) /*!50100 TABLESPACE `innodb_system` */ ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_unicode_ci;

CREATE TABLE `model_config` (
  `id` bigint NOT NULL AUTO_INCREMENT,
  `user_id` bigint NOT NULL,
  `base_url` varchar(500) COLLATE utf8mb4_unicode_ci NOT NULL,
  `model_name` varchar(100) COLLATE utf8mb4_unicode_ci NOT NULL,
  `encrypted_api_key` text COLLATE utf8mb4_unicode_ci NOT NULL,
  `created_at` datetime(6) NOT NULL,
  `updated_at` datetime(6) NOT NULL,
  PRIMARY KEY (`id`),
  UNIQUE KEY `user_id` (`user_id`),
  CONSTRAINT `model_config_ibfk_1` FOREIGN KEY (`user_id`) REFERENCES `user` (`id`) ON DELETE CASCADE
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_unicode_ci;

CREATE TABLE `model_window` (
  `user_id` bigint NOT NULL,
  `model_key` varbinary(32) NOT NULL,
  `tokens` int NOT NULL,
  `expires_at` datetime(6) NOT NULL,
  PRIMARY KEY (`user_id`,`model_key`),
  KEY `idx_model_window_expires` (`expires_at`),
  CONSTRAINT `model_window_ibfk_1` FOREIGN KEY (`user_id`) REFERENCES `user` (`id`) ON DELETE CASCADE
) /*!50100 TABLESPACE `innodb_system` */ ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_unicode_ci;

CREATE TABLE `oidc_login` (
  `state_hash` varbinary(32) NOT NULL,
  `browser_hash` varbinary(32) NOT NULL,
  `provider` varchar(64) COLLATE utf8mb4_unicode_ci NOT NULL,
  `nonce` varchar(64) COLLATE utf8mb4_unicode_ci NOT NULL,
  `verifier` varchar(128) COLLATE utf8mb4_unicode_ci NOT NULL,
  `return_to` varchar(500) COLLATE utf8mb4_unicode_ci NOT NULL,
  `purpose` varchar(16) COLLATE utf8mb4_unicode_ci NOT NULL,
  `user_id` bigint DEFAULT NULL,
  `session_id` bigint DEFAULT NULL,
  `begun_at` datetime(6) NOT NULL,
  `expires_at` datetime(6) NOT NULL,
  PRIMARY KEY (`state_hash`),
  KEY `idx_oidc_login_user` (`user_id`),
  KEY `idx_oidc_login_expires` (`expires_at`),
  CONSTRAINT `oidc_login_ibfk_1` FOREIGN KEY (`user_id`) REFERENCES `user` (`id`) ON DELETE CASCADE
) /*!50100 TABLESPACE `innodb_system` */ ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_unicode_ci;

CREATE TABLE `passkey` (
  `id` bigint NOT NULL AUTO_INCREMENT,
  `user_id` bigint NOT NULL,
  `credential_hash` varbinary(32) NOT NULL,
  `credential_id` varbinary(1023) NOT NULL,
  `public_key` varbinary(1024) NOT NULL,
  `counter` bigint NOT NULL,
  `handle` varbinary(32) NOT NULL,
  `transports` varchar(100) COLLATE utf8mb4_unicode_ci NOT NULL,
  `synced` tinyint NOT NULL,
  `alone` tinyint NOT NULL DEFAULT '1',
  `name` varchar(80) COLLATE utf8mb4_unicode_ci NOT NULL,
  `created_at` datetime(6) NOT NULL,
  `last_used_at` datetime(6) DEFAULT NULL,
  PRIMARY KEY (`id`),
  UNIQUE KEY `credential_hash` (`credential_hash`),
  KEY `idx_passkey_user` (`user_id`,`id`),
  CONSTRAINT `passkey_ibfk_1` FOREIGN KEY (`user_id`) REFERENCES `user` (`id`) ON DELETE CASCADE
) /*!50100 TABLESPACE `innodb_system` */ ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_unicode_ci;

CREATE TABLE `passkey_challenge` (
  `hash` varbinary(32) NOT NULL,
  `user_id` bigint DEFAULT NULL,
  `purpose` varchar(8) COLLATE utf8mb4_unicode_ci NOT NULL,
  `handle` varbinary(32) DEFAULT NULL,
  `expires_at` datetime(6) NOT NULL,
  PRIMARY KEY (`hash`),
  KEY `idx_passkey_challenge_user` (`user_id`,`expires_at`),
  KEY `idx_passkey_challenge_over` (`expires_at`),
  CONSTRAINT `passkey_challenge_ibfk_1` FOREIGN KEY (`user_id`) REFERENCES `user` (`id`) ON DELETE CASCADE
) /*!50100 TABLESPACE `innodb_system` */ ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_unicode_ci;

CREATE TABLE `password_reset` (
  `user_id` bigint NOT NULL,
  `hash` varbinary(32) NOT NULL,
  `expires_at` datetime(6) NOT NULL,
  PRIMARY KEY (`user_id`),
  UNIQUE KEY `hash` (`hash`),
  CONSTRAINT `password_reset_ibfk_1` FOREIGN KEY (`user_id`) REFERENCES `user` (`id`) ON DELETE CASCADE
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_unicode_ci;

CREATE TABLE `preset` (
  `id` bigint NOT NULL AUTO_INCREMENT,
  `user_id` bigint NOT NULL,
  `name` varchar(100) COLLATE utf8mb4_unicode_ci NOT NULL,
  `model_id` bigint DEFAULT NULL,
  `system_prompt` text COLLATE utf8mb4_unicode_ci,
  `params` text COLLATE utf8mb4_unicode_ci,
  `created_at` datetime(6) NOT NULL,
  `updated_at` datetime(6) NOT NULL,
  PRIMARY KEY (`id`),
  KEY `idx_preset_user` (`user_id`),
  CONSTRAINT `preset_ibfk_1` FOREIGN KEY (`user_id`) REFERENCES `user` (`id`) ON DELETE CASCADE
) /*!50100 TABLESPACE `innodb_system` */ ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_unicode_ci;

CREATE TABLE `prompt_text` (
  `id` bigint NOT NULL AUTO_INCREMENT,
  `user_id` bigint NOT NULL,
  `hash` varbinary(32) NOT NULL,
  `text` longtext COLLATE utf8mb4_unicode_ci NOT NULL,
  PRIMARY KEY (`id`),
  UNIQUE KEY `uq_prompt_text` (`user_id`,`hash`),
  CONSTRAINT `prompt_text_ibfk_1` FOREIGN KEY (`user_id`) REFERENCES `user` (`id`) ON DELETE CASCADE
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_unicode_ci;

CREATE TABLE `recovery_code` (
  `hash` varbinary(32) NOT NULL,
  `user_id` bigint NOT NULL,
  PRIMARY KEY (`hash`),
  KEY `idx_recovery_code_user` (`user_id`),
  CONSTRAINT `recovery_code_ibfk_1` FOREIGN KEY (`user_id`) REFERENCES `user` (`id`) ON DELETE CASCADE
) /*!50100 TABLESPACE `innodb_system` */ ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_unicode_ci;

CREATE TABLE `search_block` (
  `user_id` bigint NOT NULL,
  `block` int NOT NULL,
  `segment_id` bigint NOT NULL,
  `data` longblob NOT NULL,
  PRIMARY KEY (`user_id`,`block`,`segment_id`),
  CONSTRAINT `search_block_ibfk_1` FOREIGN KEY (`user_id`) REFERENCES `user` (`id`) ON DELETE CASCADE
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_unicode_ci;

CREATE TABLE `search_segment` (
  `id` bigint NOT NULL AUTO_INCREMENT,
  `user_id` bigint NOT NULL,
  `tier` smallint NOT NULL,
  `size` int NOT NULL,
  `first_at` datetime(6) NOT NULL,
  `last_at` datetime(6) NOT NULL,
  `lowest_id` bigint NOT NULL,
  `highest_id` bigint NOT NULL,
  `is_whole` tinyint NOT NULL DEFAULT '0',
  `checked_at` datetime(6) DEFAULT NULL,
  PRIMARY KEY (`id`),
  KEY `idx_search_segment_user` (`user_id`),
  KEY `idx_search_segment_checked` (`checked_at`),
  CONSTRAINT `search_segment_ibfk_1` FOREIGN KEY (`user_id`) REFERENCES `user` (`id`) ON DELETE CASCADE
) /*!50100 TABLESPACE `innodb_system` */ ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_unicode_ci;

CREATE TABLE `second_step` (
  `hash` varbinary(32) NOT NULL,
  `user_id` bigint NOT NULL,
  `expires_at` datetime(6) NOT NULL,
  PRIMARY KEY (`hash`),
  KEY `idx_second_step_user` (`user_id`,`expires_at`),
  CONSTRAINT `second_step_ibfk_1` FOREIGN KEY (`user_id`) REFERENCES `user` (`id`) ON DELETE CASCADE
) /*!50100 TABLESPACE `innodb_system` */ ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_unicode_ci;

CREATE TABLE `session` (
  `id` bigint NOT NULL AUTO_INCREMENT,
  `user_id` bigint NOT NULL,
  `device` varchar(200) COLLATE utf8mb4_unicode_ci NOT NULL,
  `address` varchar(64) COLLATE utf8mb4_unicode_ci NOT NULL,
  `created_at` datetime(6) NOT NULL,
  `last_used_at` datetime(6) NOT NULL,
  `expires_at` datetime(6) NOT NULL,
  `revoked_at` datetime(6) DEFAULT NULL,
  `confirmed_at` datetime(6) DEFAULT NULL,
  PRIMARY KEY (`id`),
  KEY `idx_session_user` (`user_id`),
  CONSTRAINT `session_ibfk_1` FOREIGN KEY (`user_id`) REFERENCES `user` (`id`) ON DELETE CASCADE
) /*!50100 TABLESPACE `innodb_system` */ ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_unicode_ci;

CREATE TABLE `totp` (
  `user_id` bigint NOT NULL,
  `seed` text COLLATE utf8mb4_unicode_ci NOT NULL,
  `last_step` bigint NOT NULL,
  `created_at` datetime(6) NOT NULL,
  `confirmed_at` datetime(6) DEFAULT NULL,
  PRIMARY KEY (`user_id`),
  CONSTRAINT `totp_ibfk_1` FOREIGN KEY (`user_id`) REFERENCES `user` (`id`) ON DELETE CASCADE
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_unicode_ci;

CREATE TABLE `usage_attempt` (
  `id` bigint NOT NULL AUTO_INCREMENT,
  `user_id` bigint NOT NULL,
  `target_id` bigint NOT NULL,
  `key_id` bigint DEFAULT NULL,
  `conversation_id` bigint DEFAULT NULL,
  `message_id` bigint DEFAULT NULL,
  `purpose` varchar(12) COLLATE utf8mb4_unicode_ci NOT NULL,
  `status` varchar(12) COLLATE utf8mb4_unicode_ci NOT NULL,
  `started_at` datetime(6) NOT NULL,
  `slot` int NOT NULL,
  `due_at` datetime(6) DEFAULT NULL,
  `fold` int DEFAULT NULL,
  `error_code` varchar(40) COLLATE utf8mb4_unicode_ci DEFAULT NULL,
  `first_token_ms` int DEFAULT NULL,
  `duration_ms` int DEFAULT NULL,
  `prompt_tokens` int DEFAULT NULL,
  `cached_tokens` int DEFAULT NULL,
  `cache_write_tokens` int DEFAULT NULL,
  `completion_tokens` int DEFAULT NULL,
  `reasoning_tokens` int DEFAULT NULL,
  `counted_by` varchar(8) COLLATE utf8mb4_unicode_ci DEFAULT NULL,
  `price` text COLLATE utf8mb4_unicode_ci,
  `price_source` varchar(8) COLLATE utf8mb4_unicode_ci DEFAULT NULL,
  `cost_nano` bigint DEFAULT NULL,
  `reserved_tokens` bigint DEFAULT NULL,
  `reserved_nano` bigint DEFAULT NULL,
  PRIMARY KEY (`id`),
  KEY `idx_usage_attempt_user` (`user_id`,`started_at`,`id`),
  KEY `idx_usage_attempt_fold` (`user_id`,`fold`),
  KEY `idx_usage_attempt_message` (`message_id`),
  KEY `idx_usage_attempt_due` (`due_at`),
  CONSTRAINT `usage_attempt_ibfk_1` FOREIGN KEY (`user_id`) REFERENCES `user` (`id`) ON DELETE CASCADE
) /*!50100 TABLESPACE `innodb_system` */ ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_unicode_ci;

CREATE TABLE `usage_day` (
  `user_id` bigint NOT NULL,
  `zone_id` bigint NOT NULL,
  `day` int NOT NULL,
  `target_id` bigint NOT NULL,
  `key_id` bigint NOT NULL,
  `attempts` bigint NOT NULL,
  `messages` bigint NOT NULL,
  `estimated` bigint NOT NULL,
  `unpriced` bigint NOT NULL,
  `prompt_tokens` bigint NOT NULL,
  `cached_tokens` bigint NOT NULL,
  `cache_write_tokens` bigint NOT NULL,
  `completion_tokens` bigint NOT NULL,
  `reasoning_tokens` bigint NOT NULL,
  `cost_nano` bigint DEFAULT NULL,
  PRIMARY KEY (`user_id`,`zone_id`,`day`,`target_id`,`key_id`),
  KEY `idx_usage_day_target` (`target_id`,`zone_id`,`day`),
  KEY `idx_usage_day_day` (`zone_id`,`day`),
  CONSTRAINT `usage_day_ibfk_1` FOREIGN KEY (`user_id`) REFERENCES `user` (`id`) ON DELETE CASCADE
) /*!50100 TABLESPACE `innodb_system` */ ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_unicode_ci;

CREATE TABLE `usage_target` (
  `id` bigint NOT NULL AUTO_INCREMENT,
  `user_id` bigint DEFAULT NULL,
  `hash` varbinary(32) NOT NULL,
  `connection_id` bigint DEFAULT NULL,
  `connection_label` varchar(100) COLLATE utf8mb4_unicode_ci DEFAULT NULL,
  `model_id` bigint DEFAULT NULL,
  `model_name` varchar(100) COLLATE utf8mb4_unicode_ci NOT NULL,
  `is_shared` tinyint NOT NULL,
  PRIMARY KEY (`id`),
  UNIQUE KEY `hash` (`hash`),
  KEY `idx_usage_target_user` (`user_id`),
  CONSTRAINT `usage_target_ibfk_1` FOREIGN KEY (`user_id`) REFERENCES `user` (`id`) ON DELETE CASCADE
) /*!50100 TABLESPACE `innodb_system` */ ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_unicode_ci;

CREATE TABLE `usage_zone` (
  `id` bigint NOT NULL AUTO_INCREMENT,
  `user_id` bigint NOT NULL,
  `name` varchar(64) COLLATE utf8mb4_unicode_ci NOT NULL,
  `asked_at` datetime(6) NOT NULL,
  `folds` int NOT NULL DEFAULT '0',
  PRIMARY KEY (`id`),
  UNIQUE KEY `uq_usage_zone` (`user_id`,`name`),
  CONSTRAINT `usage_zone_ibfk_1` FOREIGN KEY (`user_id`) REFERENCES `user` (`id`) ON DELETE CASCADE
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_unicode_ci;

CREATE TABLE `ws_ticket` (
  `jti` varbinary(32) NOT NULL,
  `user_id` bigint NOT NULL,
  `expires_at` datetime(6) NOT NULL,
  PRIMARY KEY (`jti`),
  KEY `idx_ws_ticket_user` (`user_id`,`expires_at`),
  CONSTRAINT `ws_ticket_ibfk_1` FOREIGN KEY (`user_id`) REFERENCES `user` (`id`) ON DELETE CASCADE
) /*!50100 TABLESPACE `innodb_system` */ ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_unicode_ci;

CREATE TABLE `cap_slice` (
  `cap_id` bigint NOT NULL,
  `first_day` int NOT NULL,
  `owner` varchar(64) COLLATE utf8mb4_unicode_ci NOT NULL,
  `amount` bigint NOT NULL,
  `renewed_at` datetime(6) NOT NULL,
  PRIMARY KEY (`cap_id`,`first_day`,`owner`),
  CONSTRAINT `cap_slice_ibfk_1` FOREIGN KEY (`cap_id`) REFERENCES `cap` (`id`) ON DELETE CASCADE
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_unicode_ci;

CREATE TABLE `identity_group` (
  `identity_id` bigint NOT NULL,
  `group_id` bigint NOT NULL,
  PRIMARY KEY (`identity_id`,`group_id`),
  KEY `idx_identity_group` (`group_id`),
  CONSTRAINT `identity_group_ibfk_1` FOREIGN KEY (`identity_id`) REFERENCES `identity` (`id`) ON DELETE CASCADE,
  CONSTRAINT `identity_group_ibfk_2` FOREIGN KEY (`group_id`) REFERENCES `user_group` (`id`) ON DELETE CASCADE
) /*!50100 TABLESPACE `innodb_system` */ ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_unicode_ci;

CREATE TABLE `import_item` (
  `import_id` bigint NOT NULL,
  `position` int NOT NULL,
  `source_id` varchar(200) COLLATE utf8mb4_unicode_ci DEFAULT NULL,
  `title` varchar(200) COLLATE utf8mb4_unicode_ci NOT NULL,
  `result` varchar(10) COLLATE utf8mb4_unicode_ci NOT NULL,
  `why` varchar(40) COLLATE utf8mb4_unicode_ci DEFAULT NULL,
  `conversation_id` bigint DEFAULT NULL,
  `notes` text COLLATE utf8mb4_unicode_ci,
  PRIMARY KEY (`import_id`,`position`),
  KEY `idx_import_item_result` (`import_id`,`result`,`position`),
  CONSTRAINT `import_item_ibfk_1` FOREIGN KEY (`import_id`) REFERENCES `import` (`id`) ON DELETE CASCADE
) /*!50100 TABLESPACE `innodb_system` */ ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_unicode_ci;

CREATE TABLE `imported_conversation` (
  `user_id` bigint NOT NULL,
  `key` varbinary(32) NOT NULL,
  `conversation_id` bigint NOT NULL,
  `leaf_id` bigint DEFAULT NULL,
  `last_id` bigint NOT NULL DEFAULT '0',
  PRIMARY KEY (`user_id`,`key`),
  UNIQUE KEY `uq_imported_conversation` (`conversation_id`),
  CONSTRAINT `imported_conversation_ibfk_1` FOREIGN KEY (`user_id`) REFERENCES `user` (`id`) ON DELETE CASCADE,
  CONSTRAINT `imported_conversation_ibfk_2` FOREIGN KEY (`conversation_id`) REFERENCES `conversation` (`id`) ON DELETE CASCADE
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_unicode_ci;

CREATE TABLE `message` (
  `id` bigint NOT NULL AUTO_INCREMENT,
  `conversation_id` bigint NOT NULL,
  `sender` enum('user','ai') COLLATE utf8mb4_unicode_ci NOT NULL,
  `content` longtext COLLATE utf8mb4_unicode_ci NOT NULL,
  `timestamp` datetime(6) NOT NULL,
  `parent_id` bigint DEFAULT NULL,
  `active` tinyint NOT NULL DEFAULT '1',
  `status` varchar(12) COLLATE utf8mb4_unicode_ci NOT NULL DEFAULT 'complete',
  `finish_reason` varchar(40) COLLATE utf8mb4_unicode_ci DEFAULT NULL,
  `model_name` varchar(100) COLLATE utf8mb4_unicode_ci DEFAULT NULL,
  `reasoning` longtext COLLATE utf8mb4_unicode_ci,
  `prompt_tokens` int DEFAULT NULL,
  `completion_tokens` int DEFAULT NULL,
  `total_tokens` int DEFAULT NULL,
  `error_code` varchar(40) COLLATE utf8mb4_unicode_ci DEFAULT NULL,
  `client_id` varbinary(100) DEFAULT NULL,
  `continued_by` varbinary(100) DEFAULT NULL,
  `run` int NOT NULL DEFAULT '1',
  `tokens` int DEFAULT NULL,
  `model_id` bigint DEFAULT NULL,
  `connection_label` varchar(100) COLLATE utf8mb4_unicode_ci DEFAULT NULL,
  `left_out` text COLLATE utf8mb4_unicode_ci,
  `client_hash` varbinary(32) DEFAULT NULL,
  `continued_hash` varbinary(32) DEFAULT NULL,
  `cost_nano` bigint DEFAULT NULL,
  `attachments` smallint DEFAULT NULL,
  `search_state` int DEFAULT NULL,
  PRIMARY KEY (`id`),
  UNIQUE KEY `uq_message_client` (`conversation_id`,`client_id`),
  KEY `idx_message_path` (`conversation_id`,`active`,`id`),
  KEY `idx_message_parent` (`conversation_id`,`parent_id`),
  KEY `idx_conversation_timestamp` (`conversation_id`,`timestamp`),
  KEY `idx_message_unread` (`search_state`),
  CONSTRAINT `message_ibfk_1` FOREIGN KEY (`conversation_id`) REFERENCES `conversation` (`id`) ON DELETE CASCADE
) /*!50100 TABLESPACE `innodb_system` */ ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_unicode_ci;

CREATE TABLE `model` (
  `id` bigint NOT NULL AUTO_INCREMENT,
  `connection_id` bigint NOT NULL,
  `name` varchar(100) COLLATE utf8mb4_unicode_ci NOT NULL,
  `name_key` varbinary(400) NOT NULL,
  `label` varchar(100) COLLATE utf8mb4_unicode_ci DEFAULT NULL,
  `context_tokens` int DEFAULT NULL,
  `vision` tinyint DEFAULT NULL,
  `listed_at` datetime(6) DEFAULT NULL,
  `gone_at` datetime(6) DEFAULT NULL,
  `price` text COLLATE utf8mb4_unicode_ci,
  PRIMARY KEY (`id`),
  UNIQUE KEY `uq_model_name` (`connection_id`,`name_key`),
  CONSTRAINT `model_ibfk_1` FOREIGN KEY (`connection_id`) REFERENCES `connection` (`id`) ON DELETE CASCADE
) /*!50100 TABLESPACE `innodb_system` */ ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_unicode_ci;

CREATE TABLE `oidc_session` (
  `session_id` bigint NOT NULL,
  `identity_id` bigint NOT NULL,
  `sid_hash` varbinary(32) DEFAULT NULL,
  PRIMARY KEY (`session_id`),
  KEY `idx_oidc_session_identity` (`identity_id`),
  KEY `idx_oidc_session_sid` (`sid_hash`),
  CONSTRAINT `oidc_session_ibfk_1` FOREIGN KEY (`session_id`) REFERENCES `session` (`id`) ON DELETE CASCADE,
  CONSTRAINT `oidc_session_ibfk_2` FOREIGN KEY (`identity_id`) REFERENCES `identity` (`id`) ON DELETE CASCADE
) /*!50100 TABLESPACE `innodb_system` */ ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_unicode_ci;

CREATE TABLE `oidc_step` (
  `hash` varbinary(32) NOT NULL,
  `identity_id` bigint NOT NULL,
  `sid_hash` varbinary(32) DEFAULT NULL,
  `authenticated_at` datetime(6) NOT NULL,
  `expires_at` datetime(6) NOT NULL,
  PRIMARY KEY (`hash`),
  KEY `idx_oidc_step_identity` (`identity_id`),
  KEY `idx_oidc_step_expires` (`expires_at`),
  CONSTRAINT `oidc_step_ibfk_1` FOREIGN KEY (`identity_id`) REFERENCES `identity` (`id`) ON DELETE CASCADE
) /*!50100 TABLESPACE `innodb_system` */ ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_unicode_ci;

CREATE TABLE `refresh_token` (
  `hash` varbinary(32) NOT NULL,
  `session_id` bigint NOT NULL,
  `salt` varbinary(32) NOT NULL,
  `expires_at` datetime(6) NOT NULL,
  `rotated_at` datetime(6) DEFAULT NULL,
  PRIMARY KEY (`hash`),
  KEY `idx_refresh_token_session` (`session_id`),
  CONSTRAINT `refresh_token_ibfk_1` FOREIGN KEY (`session_id`) REFERENCES `session` (`id`) ON DELETE CASCADE
) /*!50100 TABLESPACE `innodb_system` */ ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_unicode_ci;

CREATE TABLE `share` (
  `id` bigint NOT NULL AUTO_INCREMENT,
  `user_id` bigint NOT NULL,
  `conversation_id` bigint NOT NULL,
  `token_hash` varbinary(32) NOT NULL,
  `title` varchar(200) COLLATE utf8mb4_unicode_ci NOT NULL,
  `reasoning` tinyint NOT NULL DEFAULT '0',
  `without` text COLLATE utf8mb4_unicode_ci,
  `messages` int NOT NULL,
  `last_message_id` bigint NOT NULL,
  `last_run` int NOT NULL,
  `views` bigint NOT NULL DEFAULT '0',
  `created_at` datetime(6) NOT NULL,
  `updated_at` datetime(6) NOT NULL,
  `expires_at` datetime(6) DEFAULT NULL,
  `ended_at` datetime(6) DEFAULT NULL,
  PRIMARY KEY (`id`),
  UNIQUE KEY `uq_share_token` (`token_hash`),
  KEY `idx_share_user` (`user_id`,`id`),
  KEY `idx_share_conversation` (`conversation_id`),
  KEY `idx_share_ended` (`ended_at`),
  KEY `idx_share_expires` (`expires_at`),
  CONSTRAINT `share_ibfk_1` FOREIGN KEY (`user_id`) REFERENCES `user` (`id`) ON DELETE CASCADE,
  CONSTRAINT `share_ibfk_2` FOREIGN KEY (`conversation_id`) REFERENCES `conversation` (`id`) ON DELETE CASCADE
) /*!50100 TABLESPACE `innodb_system` */ ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_unicode_ci;

CREATE TABLE `attachment` (
  `message_id` bigint NOT NULL,
  `position` smallint NOT NULL,
  `file_id` bigint NOT NULL,
  PRIMARY KEY (`message_id`,`position`),
  KEY `idx_attachment_file` (`file_id`),
  CONSTRAINT `attachment_ibfk_1` FOREIGN KEY (`message_id`) REFERENCES `message` (`id`) ON DELETE CASCADE,
  CONSTRAINT `attachment_ibfk_2` FOREIGN KEY (`file_id`) REFERENCES `file` (`id`) ON DELETE CASCADE
) /*!50100 TABLESPACE `innodb_system` */ ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_unicode_ci;

CREATE TABLE `connection_grant` (
  `id` bigint NOT NULL AUTO_INCREMENT,
  `connection_id` bigint NOT NULL,
  `group_id` bigint NOT NULL,
  `model_id` bigint DEFAULT NULL,
  PRIMARY KEY (`id`),
  KEY `group_id` (`group_id`),
  KEY `model_id` (`model_id`),
  KEY `idx_connection_grant` (`connection_id`,`group_id`),
  CONSTRAINT `connection_grant_ibfk_1` FOREIGN KEY (`connection_id`) REFERENCES `connection` (`id`) ON DELETE CASCADE,
  CONSTRAINT `connection_grant_ibfk_2` FOREIGN KEY (`group_id`) REFERENCES `user_group` (`id`) ON DELETE CASCADE,
  CONSTRAINT `connection_grant_ibfk_3` FOREIGN KEY (`model_id`) REFERENCES `model` (`id`) ON DELETE CASCADE
) /*!50100 TABLESPACE `innodb_system` */ ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_unicode_ci;

CREATE TABLE `generation` (
  `id` bigint NOT NULL AUTO_INCREMENT,
  `message_id` bigint NOT NULL,
  `conversation_id` bigint NOT NULL,
  `running_conversation_id` bigint DEFAULT NULL,
  `user_id` bigint NOT NULL,
  `owner` varchar(64) COLLATE utf8mb4_unicode_ci NOT NULL,
  `beat` bigint NOT NULL DEFAULT '0',
  `stop_requested` tinyint NOT NULL DEFAULT '0',
  `started_at` datetime(6) NOT NULL,
  `finished_at` datetime(6) DEFAULT NULL,
  `connection_id` bigint DEFAULT NULL,
  `connection_label` varchar(100) COLLATE utf8mb4_unicode_ci DEFAULT NULL,
  `model_id` bigint DEFAULT NULL,
  `model_name` varchar(100) COLLATE utf8mb4_unicode_ci DEFAULT NULL,
  `is_shared` tinyint DEFAULT NULL,
  `settled` int NOT NULL DEFAULT '0',
  `counted` tinyint NOT NULL DEFAULT '0',
  `asked_at` datetime(6) DEFAULT NULL,
  `status` varchar(12) COLLATE utf8mb4_unicode_ci DEFAULT NULL,
  `error_code` varchar(40) COLLATE utf8mb4_unicode_ci DEFAULT NULL,
  `first_token_ms` int DEFAULT NULL,
  `duration_ms` int DEFAULT NULL,
  `prompt_tokens` int DEFAULT NULL,
  `cached_tokens` int DEFAULT NULL,
  `cache_write_tokens` int DEFAULT NULL,
  `completion_tokens` int DEFAULT NULL,
  `reasoning_tokens` int DEFAULT NULL,
  `counted_by` varchar(8) COLLATE utf8mb4_unicode_ci DEFAULT NULL,
  `price` text COLLATE utf8mb4_unicode_ci,
  `price_source` varchar(8) COLLATE utf8mb4_unicode_ci DEFAULT NULL,
  `cost_nano` bigint DEFAULT NULL,
  `reserved_tokens` bigint DEFAULT NULL,
  `reserved_nano` bigint DEFAULT NULL,
  PRIMARY KEY (`id`),
  UNIQUE KEY `running_conversation_id` (`running_conversation_id`),
  KEY `message_id` (`message_id`),
  KEY `idx_generation_user` (`user_id`,`running_conversation_id`),
  KEY `idx_generation_conversation` (`conversation_id`),
  KEY `idx_generation_finished` (`finished_at`),
  CONSTRAINT `generation_ibfk_1` FOREIGN KEY (`message_id`) REFERENCES `message` (`id`) ON DELETE CASCADE,
  CONSTRAINT `generation_ibfk_2` FOREIGN KEY (`conversation_id`) REFERENCES `conversation` (`id`) ON DELETE CASCADE,
  CONSTRAINT `generation_ibfk_3` FOREIGN KEY (`user_id`) REFERENCES `user` (`id`) ON DELETE CASCADE
) /*!50100 TABLESPACE `innodb_system` */ ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_unicode_ci;

CREATE TABLE `message_context` (
  `message_id` bigint NOT NULL,
  `run` int NOT NULL,
  `model_name` varchar(100) COLLATE utf8mb4_unicode_ci NOT NULL,
  `connection_label` varchar(100) COLLATE utf8mb4_unicode_ci DEFAULT NULL,
  `first_message_id` bigint DEFAULT NULL,
  `last_message_id` bigint NOT NULL,
  `messages` int NOT NULL,
  `left_out` text COLLATE utf8mb4_unicode_ci,
  `prompt_id` bigint DEFAULT NULL,
  `params` text COLLATE utf8mb4_unicode_ci,
  `estimated_tokens` int NOT NULL,
  `prompt_tokens` int DEFAULT NULL,
  `completion_tokens` int DEFAULT NULL,
  `total_tokens` int DEFAULT NULL,
  PRIMARY KEY (`message_id`,`run`),
  KEY `idx_message_context_prompt` (`prompt_id`),
  CONSTRAINT `message_context_ibfk_1` FOREIGN KEY (`message_id`) REFERENCES `message` (`id`) ON DELETE CASCADE
) /*!50100 TABLESPACE `innodb_system` */ ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_unicode_ci;

CREATE TABLE `message_deletion` (
  `message_id` bigint NOT NULL,
  `conversation_id` bigint NOT NULL,
  `deleted_at` datetime(6) NOT NULL,
  `messages` int NOT NULL,
  `leaf_id` bigint DEFAULT NULL,
  PRIMARY KEY (`message_id`),
  KEY `idx_message_deletion_conversation` (`conversation_id`),
  KEY `idx_message_deletion_deleted` (`deleted_at`),
  CONSTRAINT `message_deletion_ibfk_1` FOREIGN KEY (`message_id`) REFERENCES `message` (`id`) ON DELETE CASCADE,
  CONSTRAINT `message_deletion_ibfk_2` FOREIGN KEY (`conversation_id`) REFERENCES `conversation` (`id`) ON DELETE CASCADE
) /*!50100 TABLESPACE `innodb_system` */ ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_unicode_ci;

CREATE TABLE `model_use` (
  `user_id` bigint NOT NULL,
  `model_id` bigint NOT NULL,
  `favourite` tinyint NOT NULL DEFAULT '0',
  `quirks` text COLLATE utf8mb4_unicode_ci,
  PRIMARY KEY (`user_id`,`model_id`),
  KEY `model_id` (`model_id`),
  CONSTRAINT `model_use_ibfk_1` FOREIGN KEY (`user_id`) REFERENCES `user` (`id`) ON DELETE CASCADE,
  CONSTRAINT `model_use_ibfk_2` FOREIGN KEY (`model_id`) REFERENCES `model` (`id`) ON DELETE CASCADE
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_unicode_ci;

CREATE TABLE `search_pending` (
  `user_id` bigint NOT NULL,
  `message_id` bigint NOT NULL,
  `said_at` datetime(6) NOT NULL,
  `state` int NOT NULL,
  `tokens` longblob,
  PRIMARY KEY (`user_id`,`message_id`),
  KEY `idx_search_pending_message` (`message_id`),
  CONSTRAINT `search_pending_ibfk_1` FOREIGN KEY (`user_id`) REFERENCES `user` (`id`) ON DELETE CASCADE,
  CONSTRAINT `search_pending_ibfk_2` FOREIGN KEY (`message_id`) REFERENCES `message` (`id`) ON DELETE CASCADE
) /*!50100 TABLESPACE `innodb_system` */ ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_unicode_ci;

CREATE TABLE `share_attachment` (
  `share_id` bigint NOT NULL,
  `message_id` bigint NOT NULL,
  `position` smallint NOT NULL,
  `number` int DEFAULT NULL,
  `file_id` bigint NOT NULL,
  PRIMARY KEY (`share_id`,`message_id`,`position`),
  UNIQUE KEY `uq_share_attachment_number` (`share_id`,`number`),
  KEY `idx_share_attachment_file` (`file_id`),
  CONSTRAINT `share_attachment_ibfk_1` FOREIGN KEY (`share_id`) REFERENCES `share` (`id`) ON DELETE CASCADE,
  CONSTRAINT `share_attachment_ibfk_2` FOREIGN KEY (`file_id`) REFERENCES `file` (`id`) ON DELETE CASCADE
) /*!50100 TABLESPACE `innodb_system` */ ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_unicode_ci;

CREATE TABLE `share_message` (
  `share_id` bigint NOT NULL,
  `message_id` bigint NOT NULL,
  `sender` varchar(4) COLLATE utf8mb4_unicode_ci NOT NULL,
  `content` longtext COLLATE utf8mb4_unicode_ci NOT NULL,
  `reasoning` longtext COLLATE utf8mb4_unicode_ci,
  `model_name` varchar(100) COLLATE utf8mb4_unicode_ci DEFAULT NULL,
  PRIMARY KEY (`share_id`,`message_id`),
  CONSTRAINT `share_message_ibfk_1` FOREIGN KEY (`share_id`) REFERENCES `share` (`id`) ON DELETE CASCADE
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_unicode_ci;

CREATE TABLE `generation_piece` (
  `generation_id` bigint NOT NULL,
  `kind` smallint NOT NULL,
  `position` int NOT NULL,
  `content` longtext COLLATE utf8mb4_unicode_ci NOT NULL,
  PRIMARY KEY (`generation_id`,`kind`,`position`),
  CONSTRAINT `generation_piece_ibfk_1` FOREIGN KEY (`generation_id`) REFERENCES `generation` (`id`) ON DELETE CASCADE
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_unicode_ci;

INSERT INTO alembic_version VALUES ('0019');

INSERT INTO audit_head VALUES (1, 0, X'0000000000000000000000000000000000000000000000000000000000000000', 0, X'0000000000000000000000000000000000000000000000000000000000000000', NULL, NULL);

INSERT INTO schema_info VALUES ('1.0.0', NULL);

