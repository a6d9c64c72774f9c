CREATE TABLE `alembic_version` (
  `version_num` varchar(32) NOT NULL,
  PRIMARY KEY (`version_num`)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_unicode_ci;

CREATE TABLE `audit_event` (
  `id` bigint(20) NOT NULL AUTO_INCREMENT,
  `at` datetime(6) NOT NULL,
  `user_id` bigint(20) DEFAULT NULL,
  `action` varchar(40) NOT NULL,
  `outcome` varchar(10) NOT NULL,
  `address` varchar(64) DEFAULT NULL,
  `request_id` varchar(32) DEFAULT NULL,
  `detail` text DEFAULT NULL,
  `seq` bigint(20) DEFAULT NULL,
  `seal` varbinary(32) DEFAULT NULL,
  PRIMARY KEY (`id`),
  UNIQUE KEY `seq` (`seq`),
  KEY `idx_audit_user` (`user_id`,`id`)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_unicode_ci;

CREATE TABLE `audit_head` (
  `id` bigint(20) NOT NULL,
  `seq` bigint(20) NOT NULL,
  `seal` varbinary(32) NOT NULL,
  `pruned_seq` bigint(20) NOT NULL,
  `pruned_seal` varbinary(32) NOT NULL,
  `key_id` varbinary(8) DEFAULT NULL,
  `mac` varbinary(32) DEFAULT NULL,
  PRIMARY KEY (`id`)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_unicode_ci;

CREATE TABLE `database_lock` (
  `name` varchar(64) NOT NULL,
  `holder` varchar(32) NOT NULL,
  `beat` bigint(20) NOT NULL,
  PRIMARY KEY (`name`)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_unicode_ci;

CREATE TABLE `invite` (
  `id` bigint(20) NOT NULL AUTO_INCREMENT,
  `hash` varbinary(32) NOT NULL,
  `prefix` varchar(16) NOT NULL,
  `uses` int(11) NOT NULL,
  `uses_left` int(11) NOT NULL,
  `group_id` bigint(20) DEFAULT NULL,
  `note` varchar(100) DEFAULT NULL,
  `created_by` bigint(20) NOT NULL,
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
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_unicode_ci;

CREATE TABLE `process` (
  `owner` varchar(64) NOT NULL,
  `beat` bigint(20) NOT NULL,
  `version` varchar(20) NOT NULL,
  `started_at` datetime(6) NOT NULL,
  PRIMARY KEY (`owner`)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_unicode_ci;

CREATE TABLE `schema_info` (
  `min_app_version` varchar(20) NOT NULL,
  `key_canary` text DEFAULT NULL,
  PRIMARY KEY (`min_app_version`)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_unicode_ci;

CREATE TABLE `setting` (
  `name` varchar(40) NOT NULL,
  `value` text NOT NULL,
  `updated_at` datetime(6) NOT NULL,
  PRIMARY KEY (`name`)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_unicode_ci;

CREATE TABLE `usage_gone` (
  `day` int(11) NOT NULL,
  `target_id` bigint(20) NOT NULL,
  `attempts` bigint(20) NOT NULL,
  `messages` bigint(20) NOT NULL,
  `estimated` bigint(20) NOT NULL,
  `unpriced` bigint(20) NOT NULL,
  `prompt_tokens` bigint(20) NOT NULL,
  `cached_tokens` bigint(20) NOT NULL,
  `cache_write_tokens` bigint(20) NOT NULL,
  `completion_tokens` bigint(20) NOT NULL,
  `reasoning_tokens` bigint(20) NOT NULL,
  `cost_nano` bigint(20) DEFAULT NULL,
  PRIMARY KEY (`day`,`target_id`)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_unicode_ci;

CREATE TABLE `user` (
  `id` bigint(20) NOT NULL AUTO_INCREMENT,
  `username` varchar(50) NOT NULL,
  `username_key` varbinary(255) NOT NULL,
  `email` varchar(100) NOT NULL,
  `email_key` varbinary(400) NOT NULL,
  `password_hash` varchar(255) NOT NULL,
  `created_at` datetime(6) NOT NULL,
  `yn` tinyint(4) NOT NULL DEFAULT 1,
  `conversation_count` int(11) NOT NULL DEFAULT 0,
  `default_model_id` bigint(20) DEFAULT NULL,
  `title_model_id` bigint(20) DEFAULT NULL,
  `custom_instructions` text DEFAULT NULL,
  `config_seen` datetime(6) DEFAULT NULL,
  `role` varchar(8) NOT NULL DEFAULT 'user',
  `display_name` varchar(64) DEFAULT NULL,
  `pending_at` datetime(6) DEFAULT NULL,
  `deleted_at` datetime(6) DEFAULT NULL,
  `deleted_yn` tinyint(4) DEFAULT NULL,
  `email_verified_at` datetime(6) DEFAULT NULL,
  `status` tinyint(4) GENERATED ALWAYS AS (case when `yn` = 1 then 0 when `deleted_at` is not null then 3 when `pending_at` is not null then 2 else 1 end) VIRTUAL,
  `has_factor` tinyint(4) NOT NULL DEFAULT 0,
  PRIMARY KEY (`id`),
  UNIQUE KEY `username_key` (`username_key`),
  UNIQUE KEY `email_key` (`email_key`),
  KEY `idx_user_status` (`status`,`username_key`),
  KEY `idx_user_role` (`role`,`id`),
  KEY `idx_user_deleted` (`deleted_at`)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_unicode_ci;

CREATE TABLE `user_group` (
  `id` bigint(20) NOT NULL AUTO_INCREMENT,
  `name` varchar(100) NOT NULL,
  `name_key` varbinary(400) NOT NULL,
  `created_at` datetime(6) NOT NULL,
  PRIMARY KEY (`id`),
  UNIQUE KEY `name_key` (`name_key`)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_unicode_ci;

CREATE TABLE `api_key` (
  `id` bigint(20) NOT NULL AUTO_INCREMENT,
  `user_id` bigint(20) NOT NULL,
  `name` varchar(100) NOT NULL,
  `prefix` varchar(16) NOT NULL,
  `hash` varbinary(32) NOT NULL,
  `scopes` varchar(100) NOT NULL,
  `model_ids` text DEFAULT NULL,
  `cap_period` varchar(5) DEFAULT NULL,
  `cap_unit` varchar(8) DEFAULT NULL,
  `cap_amount` bigint(20) DEFAULT NULL,
  `created_at` datetime(6) NOT NULL,
  `expires_at` datetime(6) DEFAULT NULL,
  `last_used_at` datetime(6) DEFAULT NULL,
  PRIMARY KEY (`id`),
  UNIQUE KEY `hash` (`hash`),
  KEY `idx_api_key_user` (`user_id`),
  CONSTRAINT `api_key_ibfk_1` FOREIGN KEY (`user_id`) REFERENCES `user` (`id`) ON DELETE CASCADE
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_unicode_ci;

CREATE TABLE `avatar` (
  `user_id` bigint(20) NOT NULL,
  `version` bigint(20) NOT NULL,
  `bytes` mediumblob NOT NULL,
  PRIMARY KEY (`user_id`),
  CONSTRAINT `avatar_ibfk_1` FOREIGN KEY (`user_id`) REFERENCES `user` (`id`) ON DELETE CASCADE
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_unicode_ci;

CREATE TABLE `cap` (
  `id` bigint(20) NOT NULL AUTO_INCREMENT,
  `scope` varchar(8) NOT NULL,
  `user_id` bigint(20) DEFAULT NULL,
  `group_id` bigint(20) DEFAULT NULL,
  `key_id` bigint(20) DEFAULT NULL,
  `target` varchar(10) NOT NULL,
  `connection_id` bigint(20) DEFAULT NULL,
  `model_id` bigint(20) DEFAULT NULL,
  `period` varchar(5) NOT NULL,
  `unit` varchar(8) NOT NULL,
  `amount` bigint(20) NOT NULL,
  `warn_percent` int(11) NOT NULL DEFAULT 80,
  `source` varchar(8) NOT NULL,
  `created_at` datetime(6) NOT NULL,
  `updated_at` datetime(6) NOT NULL,
  PRIMARY KEY (`id`),
  KEY `idx_cap_user` (`user_id`),
  CONSTRAINT `cap_ibfk_1` FOREIGN KEY (`user_id`) REFERENCES `user` (`id`) ON DELETE CASCADE
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_unicode_ci;

CREATE TABLE `connection` (
  `id` bigint(20) NOT NULL AUTO_INCREMENT,
  `user_id` bigint(20) DEFAULT NULL,
  `slug` varchar(40) NOT NULL,
  `slug_key` varbinary(64) NOT NULL,
  `label` varchar(100) NOT NULL,
  `base_url` varchar(500) NOT NULL,
  `encrypted_api_key` text DEFAULT NULL,
  `key_tail` varchar(4) DEFAULT NULL,
  `source` varchar(12) NOT NULL,
  `enabled` tinyint(4) NOT NULL DEFAULT 1,
  `deleted_at` datetime(6) DEFAULT NULL,
  `created_at` datetime(6) NOT NULL,
  `updated_at` datetime(6) NOT NULL,
  `restricted` tinyint(4) NOT NULL DEFAULT 0,
  PRIMARY KEY (`id`),
  UNIQUE KEY `slug_key` (`slug_key`),
  KEY `idx_connection_user` (`user_id`),
  CONSTRAINT `connection_ibfk_1` FOREIGN KEY (`user_id`) REFERENCES `user` (`id`) ON DELETE CASCADE
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_unicode_ci;

CREATE TABLE `conversation` (
  `id` bigint(20) NOT NULL AUTO_INCREMENT,
  `user_id` bigint(20) NOT NULL,
  `title` varchar(200) NOT NULL,
  `title_source` varchar(10) NOT NULL,
  `system_prompt` text DEFAULT NULL,
  `message_count` int(11) NOT NULL DEFAULT 0,
  `created_at` datetime(6) NOT NULL,
  `updated_at` datetime(6) NOT NULL,
  `deleted_at` datetime(6) DEFAULT NULL,
  `model_id` bigint(20) DEFAULT NULL,
  `preset_id` bigint(20) DEFAULT NULL,
  `params` text DEFAULT NULL,
  `archived` tinyint(4) NOT NULL DEFAULT 0,
  `pinned` tinyint(4) NOT NULL DEFAULT 0,
  `folder_id` bigint(20) DEFAULT NULL,
  `continued_from` int(11) DEFAULT NULL,
  PRIMARY KEY (`id`),
  KEY `idx_user_recent` (`user_id`,`deleted_at`,`updated_at`,`id`),
  KEY `idx_deleted` (`deleted_at`),
  KEY `idx_user_created` (`user_id`,`created_at` DESC),
  KEY `idx_conversation_listed` (`user_id`,`deleted_at`,`archived`,`updated_at`,`id`),
  KEY `idx_conversation_pinned` (`user_id`,`pinned`,`deleted_at`,`archived`,`updated_at`,`id`),
  KEY `idx_conversation_folder` (`folder_id`,`deleted_at`,`archived`,`updated_at`,`id`),
  CONSTRAINT `conversation_ibfk_1` FOREIGN KEY (`user_id`) REFERENCES `user` (`id`) ON DELETE CASCADE
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_unicode_ci;

CREATE TABLE `conversation_tally` (
  `user_id` bigint(20) NOT NULL,
  `archived` int(11) NOT NULL,
  `pinned` int(11) NOT NULL,
  `deleted` int(11) NOT NULL,
  `seen` int(11) NOT NULL,
  `oldest_deleted` datetime(6) DEFAULT NULL,
  `newest_deleted` datetime(6) DEFAULT NULL,
  PRIMARY KEY (`user_id`),
  CONSTRAINT `conversation_tally_ibfk_1` FOREIGN KEY (`user_id`) REFERENCES `user` (`id`) ON DELETE CASCADE
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_unicode_ci;

CREATE TABLE `default_model_use` (
  `user_id` bigint(20) NOT NULL,
  `day` int(11) NOT NULL,
  `messages` int(11) NOT NULL,
  PRIMARY KEY (`user_id`,`day`),
  CONSTRAINT `default_model_use_ibfk_1` FOREIGN KEY (`user_id`) REFERENCES `user` (`id`) ON DELETE CASCADE
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_unicode_ci;

CREATE TABLE `email_change` (
  `user_id` bigint(20) NOT NULL,
  `email` varchar(100) NOT NULL,
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
  `user_id` bigint(20) NOT NULL,
  `hash` varbinary(32) NOT NULL,
  `expires_at` datetime(6) NOT NULL,
  PRIMARY KEY (`user_id`),
  UNIQUE KEY `hash` (`hash`),
  CONSTRAINT `email_verification_ibfk_1` FOREIGN KEY (`user_id`) REFERENCES `user` (`id`) ON DELETE CASCADE
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_unicode_ci;

CREATE TABLE `file` (
  `id` bigint(20) NOT NULL AUTO_INCREMENT,
  `user_id` bigint(20) NOT NULL,
  `hash` varbinary(32) NOT NULL,
  `name` varchar(150) NOT NULL,
  `type` varchar(100) NOT NULL,
  `size` bigint(20) NOT NULL,
  `stored` bigint(20) NOT NULL,
  `width` int(11) DEFAULT NULL,
  `height` int(11) DEFAULT NULL,
  `pages` int(11) DEFAULT NULL,
  `characters` int(11) DEFAULT NULL,
  `tokens` int(11) NOT NULL,
  `client_id` varbinary(100) DEFAULT NULL,
  `source_hash` varbinary(32) NOT NULL,
  `created_at` datetime(6) NOT NULL,
  `unused_at` datetime(6) DEFAULT NULL,
  PRIMARY KEY (`id`),
  UNIQUE KEY `uq_file_client` (`user_id`,`client_id`),
  KEY `idx_file_user_hash` (`user_id`,`hash`),
  CONSTRAINT `file_ibfk_1` FOREIGN KEY (`user_id`) REFERENCES `user` (`id`) ON DELETE CASCADE
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_unicode_ci;

CREATE TABLE `folder` (
  `id` bigint(20) NOT NULL AUTO_INCREMENT,
  `user_id` bigint(20) NOT NULL,
  `name` varchar(80) NOT NULL,
  `name_hash` varbinary(32) NOT NULL,
  `position` bigint(20) NOT NULL,
  `conversation_count` int(11) NOT NULL DEFAULT 0,
  `created_at` datetime(6) NOT NULL,
  `updated_at` datetime(6) NOT NULL,
  PRIMARY KEY (`id`),
  UNIQUE KEY `uq_folder_name` (`user_id`,`name_hash`),
  CONSTRAINT `folder_ibfk_1` FOREIGN KEY (`user_id`) REFERENCES `user` (`id`) ON DELETE CASCADE
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_unicode_ci;

CREATE TABLE `group_member` (
  `group_id` bigint(20) NOT NULL,
  `user_id` bigint(20) NOT NULL,
  `username_key` varbinary(255) NOT NULL,
  PRIMARY KEY (`group_id`,`user_id`),
  UNIQUE KEY `uq_group_member_name` (`group_id`,`username_key`),
  KEY `idx_group_member_user` (`user_id`),
  CONSTRAINT `group_member_ibfk_1` FOREIGN KEY (`group_id`) REFERENCES `user_group` (`id`) ON DELETE CASCADE,
  CONSTRAINT `group_member_ibfk_2` FOREIGN KEY (`user_id`) REFERENCES `user` (`id`) ON DELETE CASCADE
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_unicode_ci;

CREATE TABLE `identity` (
  `id` bigint(20) NOT NULL AUTO_INCREMENT,
  `user_id` bigint(20) NOT NULL,
  `key` varbinary(32) NOT NULL,
  `issuer` varchar(500) NOT NULL,
  `subject` varchar(255) NOT NULL,
  `created_at` datetime(6) NOT NULL,
  `last_login_at` datetime(6) DEFAULT NULL,
  PRIMARY KEY (`id`),
  UNIQUE KEY `key` (`key`),
  KEY `idx_identity_user` (`user_id`),
  CONSTRAINT `identity_ibfk_1` FOREIGN KEY (`user_id`) REFERENCES `user` (`id`) ON DELETE CASCADE
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_unicode_ci;

CREATE TABLE `import` (
  `id` bigint(20) NOT NULL AUTO_INCREMENT,
  `user_id` bigint(20) NOT NULL,
  `running_user_id` bigint(20) DEFAULT NULL,
  `name` varchar(150) NOT NULL,
  `status` varchar(12) NOT NULL,
  `why` varchar(40) DEFAULT NULL,
  `source` varchar(20) DEFAULT NULL,
  `folder` varchar(16) NOT NULL,
  `file` varchar(32) NOT NULL,
  `size` bigint(20) DEFAULT NULL,
  `done` int(11) NOT NULL DEFAULT 0,
  `total` int(11) DEFAULT NULL,
  `created` int(11) NOT NULL DEFAULT 0,
  `updated` int(11) NOT NULL DEFAULT 0,
  `unchanged` int(11) NOT NULL DEFAULT 0,
  `skipped` int(11) NOT NULL DEFAULT 0,
  `failed` int(11) NOT NULL DEFAULT 0,
  `messages` int(11) NOT NULL DEFAULT 0,
  `created_at` datetime(6) NOT NULL,
  `ended_at` datetime(6) DEFAULT NULL,
  `undo_at` datetime(6) DEFAULT NULL,
  `undone_at` datetime(6) DEFAULT NULL,
  PRIMARY KEY (`id`),
  UNIQUE KEY `uq_import_running` (`running_user_id`),
  KEY `idx_import_user` (`user_id`,`id`),
  KEY `idx_import_ended` (`ended_at`),
  CONSTRAINT `import_ibfk_1` FOREIGN KEY (`user_id`) REFERENCES `user` (`id`) ON DELETE CASCADE
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_unicode_ci;

CREATE TABLE `job` (
  `name` varchar(64) NOT NULL,
  `kind` varchar(32) NOT NULL,
  `user_id` bigint(20) DEFAULT NULL,
  `owner` varchar(64) DEFAULT NULL,
  `beat` bigint(20) NOT NULL DEFAULT 0,
  `wish` int(11) NOT NULL DEFAULT 0,
  `progress` text DEFAULT NULL,
  `failures` int(11) NOT NULL DEFAULT 0,
  `due_at` datetime(6) NOT NULL,
  `created_at` datetime(6) NOT NULL,
  PRIMARY KEY (`name`),
  KEY `idx_job_user` (`user_id`),
  CONSTRAINT `job_ibfk_1` FOREIGN KEY (`user_id`) REFERENCES `user` (`id`) ON DELETE CASCADE
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_unicode_ci;

CREATE TABLE `model_config` (
  `id` bigint(20) NOT NULL AUTO_INCREMENT,
  `user_id` bigint(20) NOT NULL,
  `base_url` varchar(500) NOT NULL,
  `model_name` varchar(100) NOT NULL,
  `encrypted_api_key` text NOT NULL,
  `created_at` datetime(6) NOT NULL,
  `updated_at` datetime(6) NOT NULL,
  PRIMARY KEY (`id`),
  UNIQUE KEY `user_id` (`user_id`),
  CONSTRAINT `model_config_ibfk_1` FOREIGN KEY (`user_id`) REFERENCES `user` (`id`) ON DELETE CASCADE
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_unicode_ci;

CREATE TABLE `model_window` (
  `user_id` bigint(20) NOT NULL,
  `model_key` varbinary(32) NOT NULL,
  `tokens` int(11) NOT NULL,
  `expires_at` datetime(6) NOT NULL,
  PRIMARY KEY (`user_id`,`model_key`),
  KEY `idx_model_window_expires` (`expires_at`),
  CONSTRAINT `model_window_ibfk_1` FOREIGN KEY (`user_id`) REFERENCES `user` (`id`) ON DELETE CASCADE
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_unicode_ci;

CREATE TABLE `oidc_login` (
  `state_hash` varbinary(32) NOT NULL,
  `browser_hash` varbinary(32) NOT NULL,
  `provider` varchar(64) NOT NULL,
  `nonce` varchar(64) NOT NULL,
  `verifier` varchar(128) NOT NULL,
  `return_to` varchar(500) NOT NULL,
  `purpose` varchar(16) NOT NULL,
  `user_id` bigint(20) DEFAULT NULL,
  `session_id` bigint(20) DEFAULT NULL,
  `begun_at` datetime(6) NOT NULL,
  `expires_at` datetime(6) NOT NULL,
  PRIMARY KEY (`state_hash`),
  KEY `idx_oidc_login_user` (`user_id`),
  KEY `idx_oidc_login_expires` (`expires_at`),
  CONSTRAINT `oidc_login_ibfk_1` FOREIGN KEY (`user_id`) REFERENCES `user` (`id`) ON DELETE CASCADE
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_unicode_ci;

CREATE TABLE `passkey` (
  `id` bigint(20) NOT NULL AUTO_INCREMENT,
  `user_id` bigint(20) NOT NULL,
  `credential_hash` varbinary(32) NOT NULL,
  `credential_id` varbinary(1023) NOT NULL,
  `public_key` varbinary(1024) NOT NULL,
  `counter` bigint(20) NOT NULL,
  `handle` varbinary(32) NOT NULL,
  `transports` varchar(100) NOT NULL,
  `synced` tinyint(4) NOT NULL,
  `alone` tinyint(4) NOT NULL DEFAULT 1,
  `name` varchar(80) NOT NULL,
  `created_at` datetime(6) NOT NULL,
  `last_used_at` datetime(6) DEFAULT NULL,
  PRIMARY KEY (`id`),
  UNIQUE KEY `credential_hash` (`credential_hash`),
  KEY `idx_passkey_user` (`user_id`,`id`),
  CONSTRAINT `passkey_ibfk_1` FOREIGN KEY (`user_id`) REFERENCES `user` (`id`) ON DELETE CASCADE
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_unicode_ci;

CREATE TABLE `passkey_challenge` (
  `hash` varbinary(32) NOT NULL,
  `user_id` bigint(20) DEFAULT NULL,
  `purpose` varchar(8) NOT NULL,
  `handle` varbinary(32) DEFAULT NULL,
  `expires_at` datetime(6) NOT NULL,
  PRIMARY KEY (`hash`),
  KEY `idx_passkey_challenge_user` (`user_id`,`expires_at`),
  KEY `idx_passkey_challenge_over` (`expires_at`),
  CONSTRAINT `passkey_challenge_ibfk_1` FOREIGN KEY (`user_id`) REFERENCES `user` (`id`) ON DELETE CASCADE
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_unicode_ci;

CREATE TABLE `password_reset` (
  `user_id` bigint(20) NOT NULL,
  `hash` varbinary(32) NOT NULL,
  `expires_at` datetime(6) NOT NULL,
  PRIMARY KEY (`user_id`),
  UNIQUE KEY `hash` (`hash`),
  CONSTRAINT `password_reset_ibfk_1` FOREIGN KEY (`user_id`) REFERENCES `user` (`id`) ON DELETE CASCADE
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_unicode_ci;

CREATE TABLE `preset` (
  `id` bigint(20) NOT NULL AUTO_INCREMENT,
  `user_id` bigint(20) NOT NULL,
  `name` varchar(100) NOT NULL,
  `model_id` bigint(20) DEFAULT NULL,
  `system_prompt` text DEFAULT NULL,
  `params` text DEFAULT NULL,
  `created_at` datetime(6) NOT NULL,
  `updated_at` datetime(6) NOT NULL,
  PRIMARY KEY (`id`),
  KEY `idx_preset_user` (`user_id`),
  CONSTRAINT `preset_ibfk_1` FOREIGN KEY (`user_id`) REFERENCES `user` (`id`) ON DELETE CASCADE
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_unicode_ci;

CREATE TABLE `prompt_text` (
  `id` bigint(20) NOT NULL AUTO_INCREMENT,
  `user_id` bigint(20) NOT NULL,
  `hash` varbinary(32) NOT NULL,
  `text` longtext NOT NULL,
  PRIMARY KEY (`id`),
  UNIQUE KEY `uq_prompt_text` (`user_id`,`hash`),
  CONSTRAINT `prompt_text_ibfk_1` FOREIGN KEY (`user_id`) REFERENCES `user` (`id`) ON DELETE CASCADE
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_unicode_ci;

CREATE TABLE `recovery_code` (
  `hash` varbinary(32) NOT NULL,
  `user_id` bigint(20) NOT NULL,
  PRIMARY KEY (`hash`),
  KEY `idx_recovery_code_user` (`user_id`),
  CONSTRAINT `recovery_code_ibfk_1` FOREIGN KEY (`user_id`) REFERENCES `user` (`id`) ON DELETE CASCADE
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_unicode_ci;

CREATE TABLE `search_block` (
  `user_id` bigint(20) NOT NULL,
  `block` int(11) NOT NULL,
  `segment_id` bigint(20) NOT NULL,
  `data` longblob NOT NULL,
  PRIMARY KEY (`user_id`,`block`,`segment_id`),
  CONSTRAINT `search_block_ibfk_1` FOREIGN KEY (`user_id`) REFERENCES `user` (`id`) ON DELETE CASCADE
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_unicode_ci;

CREATE TABLE `search_segment` (
  `id` bigint(20) NOT NULL AUTO_INCREMENT,
  `user_id` bigint(20) NOT NULL,
  `tier` smallint(6) NOT NULL,
  `size` int(11) NOT NULL,
  `first_at` datetime(6) NOT NULL,
  `last_at` datetime(6) NOT NULL,
  `lowest_id` bigint(20) NOT NULL,
  `highest_id` bigint(20) NOT NULL,
  `is_whole` tinyint(4) NOT NULL DEFAULT 0,
  `checked_at` datetime(6) DEFAULT NULL,
  PRIMARY KEY (`id`),
  KEY `idx_search_segment_user` (`user_id`),
  KEY `idx_search_segment_checked` (`checked_at`),
  CONSTRAINT `search_segment_ibfk_1` FOREIGN KEY (`user_id`) REFERENCES `user` (`id`) ON DELETE CASCADE
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_unicode_ci;

CREATE TABLE `second_step` (
  `hash` varbinary(32) NOT NULL,
  `user_id` bigint(20) NOT NULL,
  `expires_at` datetime(6) NOT NULL,
  PRIMARY KEY (`hash`),
  KEY `idx_second_step_user` (`user_id`,`expires_at`),
  CONSTRAINT `second_step_ibfk_1` FOREIGN KEY (`user_id`) REFERENCES `user` (`id`) ON DELETE CASCADE
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_unicode_ci;

CREATE TABLE `session` (
  `id` bigint(20) NOT NULL AUTO_INCREMENT,
  `user_id` bigint(20) NOT NULL,
  `device` varchar(200) NOT NULL,
  `address` varchar(64) NOT NULL,
  `created_at` datetime(6) NOT NULL,
  `last_used_at` datetime(6) NOT NULL,
  `expires_at` datetime(6) NOT NULL,
  `revoked_at` datetime(6) DEFAULT NULL,
  `confirmed_at` datetime(6) DEFAULT NULL,
  PRIMARY KEY (`id`),
  KEY `idx_session_user` (`user_id`),
  CONSTRAINT `session_ibfk_1` FOREIGN KEY (`user_id`) REFERENCES `user` (`id`) ON DELETE CASCADE
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_unicode_ci;

CREATE TABLE `totp` (
  `user_id` bigint(20) NOT NULL,
  `seed` text NOT NULL,
  `last_step` bigint(20) NOT NULL,
  `created_at` datetime(6) NOT NULL,
  `confirmed_at` datetime(6) DEFAULT NULL,
  PRIMARY KEY (`user_id`),
  CONSTRAINT `totp_ibfk_1` FOREIGN KEY (`user_id`) REFERENCES `user` (`id`) ON DELETE CASCADE
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_unicode_ci;

CREATE TABLE `usage_attempt` (
  `id` bigint(20) NOT NULL AUTO_INCREMENT,
  `user_id` bigint(20) NOT NULL,
  `target_id` bigint(20) NOT NULL,
  `key_id` bigint(20) DEFAULT NULL,
  `conversation_id` bigint(20) DEFAULT NULL,
  `message_id` bigint(20) DEFAULT NULL,
  `purpose` varchar(12) NOT NULL,
  `status` varchar(12) NOT NULL,
  `started_at` datetime(6) NOT NULL,
  `slot` int(11) NOT NULL,
  `due_at` datetime(6) DEFAULT NULL,
  `fold` int(11) DEFAULT NULL,
  `error_code` varchar(40) DEFAULT NULL,
  `first_token_ms` int(11) DEFAULT NULL,
  `duration_ms` int(11) DEFAULT NULL,
  `prompt_tokens` int(11) DEFAULT NULL,
  `cached_tokens` int(11) DEFAULT NULL,
  `cache_write_tokens` int(11) DEFAULT NULL,
  `completion_tokens` int(11) DEFAULT NULL,
  `reasoning_tokens` int(11) DEFAULT NULL,
  `counted_by` varchar(8) DEFAULT NULL,
  `price` text DEFAULT NULL,
  `price_source` varchar(8) DEFAULT NULL,
  `cost_nano` bigint(20) DEFAULT NULL,
  `reserved_tokens` bigint(20) DEFAULT NULL,
  `reserved_nano` bigint(20) DEFAULT NULL,
  PRIMARY KEY (`id`),
  KEY `idx_usage_attempt_user` (`user_id`,`started_at`,`id`),
  KEY `idx_usage_attempt_fold` (`user_id`,`fold`),
  KEY `idx_usage_attempt_message` (`message_id`),
  KEY `idx_usage_attempt_due` (`due_at`),
  CONSTRAINT `usage_attempt_ibfk_1` FOREIGN KEY (`user_id`) REFERENCES `user` (`id`) ON DELETE CASCADE
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_unicode_ci;

CREATE TABLE `usage_day` (
  `user_id` bigint(20) NOT NULL,
  `zone_id` bigint(20) NOT NULL,
  `day` int(11) NOT NULL,
  `target_id` bigint(20) NOT NULL,
  `key_id` bigint(20) NOT NULL,
  `attempts` bigint(20) NOT NULL,
  `messages` bigint(20) NOT NULL,
  `estimated` bigint(20) NOT NULL,
  `unpriced` bigint(20) NOT NULL,
  `prompt_tokens` bigint(20) NOT NULL,
  `cached_tokens` bigint(20) NOT NULL,
  `cache_write_tokens` bigint(20) NOT NULL,
  `completion_tokens` bigint(20) NOT NULL,
  `reasoning_tokens` bigint(20) NOT NULL,
  `cost_nano` bigint(20) DEFAULT NULL,
  PRIMARY KEY (`user_id`,`zone_id`,`day`,`target_id`,`key_id`),
  KEY `idx_usage_day_target` (`target_id`,`zone_id`,`day`),
  KEY `idx_usage_day_day` (`zone_id`,`day`),
  CONSTRAINT `usage_day_ibfk_1` FOREIGN KEY (`user_id`) REFERENCES `user` (`id`) ON DELETE CASCADE
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_unicode_ci;

CREATE TABLE `usage_target` (
  `id` bigint(20) NOT NULL AUTO_INCREMENT,
  `user_id` bigint(20) DEFAULT NULL,
  `hash` varbinary(32) NOT NULL,
  `connection_id` bigint(20) DEFAULT NULL,
  `connection_label` varchar(100) DEFAULT NULL,
  `model_id` bigint(20) DEFAULT NULL,
  `model_name` varchar(100) NOT NULL,
  `is_shared` tinyint(4) NOT NULL,
  PRIMARY KEY (`id`),
  UNIQUE KEY `hash` (`hash`),
  KEY `idx_usage_target_user` (`user_id`),
  CONSTRAINT `usage_target_ibfk_1` FOREIGN KEY (`user_id`) REFERENCES `user` (`id`) ON DELETE CASCADE
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_unicode_ci;

CREATE TABLE `usage_zone` (
  `id` bigint(20) NOT NULL AUTO_INCREMENT,
  `user_id` bigint(20) NOT NULL,
  `name` varchar(64) NOT NULL,
  `asked_at` datetime(6) NOT NULL,
  `folds` int(11) NOT NULL DEFAULT 0,
  PRIMARY KEY (`id`),
  UNIQUE KEY `uq_usage_zone` (`user_id`,`name`),
  CONSTRAINT `usage_zone_ibfk_1` FOREIGN KEY (`user_id`) REFERENCES `user` (`id`) ON DELETE CASCADE
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_unicode_ci;

CREATE TABLE `ws_ticket` (
  `jti` varbinary(32) NOT NULL,
  `user_id` bigint(20) NOT NULL,
  `expires_at` datetime(6) NOT NULL,
  PRIMARY KEY (`jti`),
  KEY `idx_ws_ticket_user` (`user_id`,`expires_at`),
  CONSTRAINT `ws_ticket_ibfk_1` FOREIGN KEY (`user_id`) REFERENCES `user` (`id`) ON DELETE CASCADE
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_unicode_ci;

CREATE TABLE `cap_slice` (
  `cap_id` bigint(20) NOT NULL,
  `first_day` int(11) NOT NULL,
  `owner` varchar(64) NOT NULL,
  `amount` bigint(20) NOT NULL,
  `renewed_at` datetime(6) NOT NULL,
  PRIMARY KEY (`cap_id`,`first_day`,`owner`),
  CONSTRAINT `cap_slice_ibfk_1` FOREIGN KEY (`cap_id`) REFERENCES `cap` (`id`) ON DELETE CASCADE
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_unicode_ci;

CREATE TABLE `identity_group` (
  `identity_id` bigint(20) NOT NULL,
  `group_id` bigint(20) NOT NULL,
  PRIMARY KEY (`identity_id`,`group_id`),
  KEY `idx_identity_group` (`group_id`),
  CONSTRAINT `identity_group_ibfk_1` FOREIGN KEY (`identity_id`) REFERENCES `identity` (`id`) ON DELETE CASCADE,
  CONSTRAINT `identity_group_ibfk_2` FOREIGN KEY (`group_id`) REFERENCES `user_group` (`id`) ON DELETE CASCADE
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_unicode_ci;

CREATE TABLE `import_item` (
  `import_id` bigint(20) NOT NULL,
  `position` int(11) NOT NULL,
  `source_id` varchar(200) DEFAULT NULL,
  `title` varchar(200) NOT NULL,
  `result` varchar(10) NOT NULL,
  `why` varchar(40) DEFAULT NULL,
  `conversation_id` bigint(20) DEFAULT NULL,
  `notes` text DEFAULT NULL,
  PRIMARY KEY (`import_id`,`position`),
  KEY `idx_import_item_result` (`import_id`,`result`,`position`),
  CONSTRAINT `import_item_ibfk_1` FOREIGN KEY (`import_id`) REFERENCES `import` (`id`) ON DELETE CASCADE
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_unicode_ci;

CREATE TABLE `imported_conversation` (
  `user_id` bigint(20) NOT NULL,
  `key` varbinary(32) NOT NULL,
  `conversation_id` bigint(20) NOT NULL,
  `leaf_id` bigint(20) DEFAULT NULL,
  `last_id` bigint(20) NOT NULL DEFAULT 0,
  PRIMARY KEY (`user_id`,`key`),
  UNIQUE KEY `uq_imported_conversation` (`conversation_id`),
  CONSTRAINT `imported_conversation_ibfk_1` FOREIGN KEY (`user_id`) REFERENCES `user` (`id`) ON DELETE CASCADE,
  CONSTRAINT `imported_conversation_ibfk_2` FOREIGN KEY (`conversation_id`) REFERENCES `conversation` (`id`) ON DELETE CASCADE
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_unicode_ci;

CREATE TABLE `message` (
  `id` bigint(20) NOT NULL AUTO_INCREMENT,
  `conversation_id` bigint(20) NOT NULL,
  `sender` enum('user','ai') NOT NULL,
  `content` longtext NOT NULL,
  `timestamp` datetime(6) NOT NULL,
  `parent_id` bigint(20) DEFAULT NULL,
  `active` tinyint(4) NOT NULL DEFAULT 1,
  `status` varchar(12) NOT NULL DEFAULT 'complete',
  `finish_reason` varchar(40) DEFAULT NULL,
  `model_name` varchar(100) DEFAULT NULL,
  `reasoning` longtext DEFAULT NULL,
  `prompt_tokens` int(11) DEFAULT NULL,
  `completion_tokens` int(11) DEFAULT NULL,
  `total_tokens` int(11) DEFAULT NULL,
  `error_code` varchar(40) DEFAULT NULL,
  `client_id` varbinary(100) DEFAULT NULL,
  `continued_by` varbinary(100) DEFAULT NULL,
  `run` int(11) NOT NULL DEFAULT 1,
  `tokens` int(11) DEFAULT NULL,
  `model_id` bigint(20) DEFAULT NULL,
  `connection_label` varchar(100) DEFAULT NULL,
  `left_out` text DEFAULT NULL,
  `client_hash` varbinary(32) DEFAULT NULL,
  `continued_hash` varbinary(32) DEFAULT NULL,
  `cost_nano` bigint(20) DEFAULT NULL,
  `attachments` smallint(6) DEFAULT NULL,
  `search_state` int(11) DEFAULT NULL,
  PRIMARY KEY (`id`),
  UNIQUE KEY `uq_message_client` (`conversation_id`,`client_id`),
  KEY `idx_message_path` (`conversation_id`,`active`,`id`),
  KEY `idx_message_parent` (`conversation_id`,`parent_id`),
  KEY `idx_conversation_timestamp` (`conversation_id`,`timestamp`),
  KEY `idx_message_unread` (`search_state`),
  CONSTRAINT `message_ibfk_1` FOREIGN KEY (`conversation_id`) REFERENCES `conversation` (`id`) ON DELETE CASCADE
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_unicode_ci;

CREATE TABLE `model` (
  `id` bigint(20) NOT NULL AUTO_INCREMENT,
  `connection_id` bigint(20) NOT NULL,
  `name` varchar(100) NOT NULL,
  `name_key` varbinary(400) NOT NULL,
  `label` varchar(100) DEFAULT NULL,
  `context_tokens` int(11) DEFAULT NULL,
  `vision` tinyint(4) DEFAULT NULL,
  `listed_at` datetime(6) DEFAULT NULL,
  `gone_at` datetime(6) DEFAULT NULL,
  `price` text DEFAULT NULL,
  PRIMARY KEY (`id`),
  UNIQUE KEY `uq_model_name` (`connection_id`,`name_key`),
  CONSTRAINT `model_ibfk_1` FOREIGN KEY (`connection_id`) REFERENCES `connection` (`id`) ON DELETE CASCADE
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_unicode_ci;

CREATE TABLE `oidc_session` (
  `session_id` bigint(20) NOT NULL,
  `identity_id` bigint(20) NOT NULL,
  `sid_hash` varbinary(32) DEFAULT NULL,
  PRIMARY KEY (`session_id`),
  KEY `idx_oidc_session_identity` (`identity_id`),
  KEY `idx_oidc_session_sid` (`sid_hash`),
  CONSTRAINT `oidc_session_ibfk_1` FOREIGN KEY (`session_id`) REFERENCES `session` (`id`) ON DELETE CASCADE,
  CONSTRAINT `oidc_session_ibfk_2` FOREIGN KEY (`identity_id`) REFERENCES `identity` (`id`) ON DELETE CASCADE
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_unicode_ci;

CREATE TABLE `oidc_step` (
  `hash` varbinary(32) NOT NULL,
  `identity_id` bigint(20) NOT NULL,
  `sid_hash` varbinary(32) DEFAULT NULL,
  `authenticated_at` datetime(6) NOT NULL,
  `expires_at` datetime(6) NOT NULL,
  PRIMARY KEY (`hash`),
  KEY `idx_oidc_step_identity` (`identity_id`),
  KEY `idx_oidc_step_expires` (`expires_at`),
  CONSTRAINT `oidc_step_ibfk_1` FOREIGN KEY (`identity_id`) REFERENCES `identity` (`id`) ON DELETE CASCADE
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_unicode_ci;

CREATE TABLE `refresh_token` (
  `hash` varbinary(32) NOT NULL,
  `session_id` bigint(20) NOT NULL,
  `salt` varbinary(32) NOT NULL,
  `expires_at` datetime(6) NOT NULL,
  `rotated_at` datetime(6) DEFAULT NULL,
  PRIMARY KEY (`hash`),
  KEY `idx_refresh_token_session` (`session_id`),
  CONSTRAINT `refresh_token_ibfk_1` FOREIGN KEY (`session_id`) REFERENCES `session` (`id`) ON DELETE CASCADE
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_unicode_ci;

CREATE TABLE `share` (
  `id` bigint(20) NOT NULL AUTO_INCREMENT,
  `user_id` bigint(20) NOT NULL,
  `conversation_id` bigint(20) NOT NULL,
  `token_hash` varbinary(32) NOT NULL,
  `title` varchar(200) NOT NULL,
  `reasoning` tinyint(4) NOT NULL DEFAULT 0,
  `without` text DEFAULT NULL,
  `messages` int(11) NOT NULL,
  `last_message_id` bigint(20) NOT NULL,
  `last_run` int(11) NOT NULL,
  `views` bigint(20) NOT NULL DEFAULT 0,
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
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_unicode_ci;

CREATE TABLE `attachment` (
  `message_id` bigint(20) NOT NULL,
  `position` smallint(6) NOT NULL,
  `file_id` bigint(20) NOT NULL,
  PRIMARY KEY (`message_id`,`position`),
  KEY `idx_attachment_file` (`file_id`),
  CONSTRAINT `attachment_ibfk_1` FOREIGN KEY (`message_id`) REFERENCES `message` (`id`) ON DELETE CASCADE,
  CONSTRAINT `attachment_ibfk_2` FOREIGN KEY (`file_id`) REFERENCES `file` (`id`) ON DELETE CASCADE
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_unicode_ci;

CREATE TABLE `connection_grant` (
  `id` bigint(20) NOT NULL AUTO_INCREMENT,
  `connection_id` bigint(20) NOT NULL,
  `group_id` bigint(20) NOT NULL,
  `model_id` bigint(20) DEFAULT NULL,
  PRIMARY KEY (`id`),
  KEY `group_id` (`group_id`),
  KEY `model_id` (`model_id`),
  KEY `idx_connection_grant` (`connection_id`,`group_id`),
  CONSTRAINT `connection_grant_ibfk_1` FOREIGN KEY (`connection_id`) REFERENCES `connection` (`id`) ON DELETE CASCADE,
  CONSTRAINT `connection_grant_ibfk_2` FOREIGN KEY (`group_id`) REFERENCES `user_group` (`id`) ON DELETE CASCADE,
  CONSTRAINT `connection_grant_ibfk_3` FOREIGN KEY (`model_id`) REFERENCES `model` (`id`) ON DELETE CASCADE
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_unicode_ci;

CREATE TABLE `generation` (
  `id` bigint(20) NOT NULL AUTO_INCREMENT,
  `message_id` bigint(20) NOT NULL,
  `conversation_id` bigint(20) NOT NULL,
  `running_conversation_id` bigint(20) DEFAULT NULL,
  `user_id` bigint(20) NOT NULL,
  `owner` varchar(64) NOT NULL,
  `beat` bigint(20) NOT NULL DEFAULT 0,
  `stop_requested` tinyint(4) NOT NULL DEFAULT 0,
  `started_at` datetime(6) NOT NULL,
  `finished_at` datetime(6) DEFAULT NULL,
  `connection_id` bigint(20) DEFAULT NULL,
  `connection_label` varchar(100) DEFAULT NULL,
  `model_id` bigint(20) DEFAULT NULL,
  `model_name` varchar(100) DEFAULT NULL,
  `is_shared` tinyint(4) DEFAULT NULL,
  `settled` int(11) NOT NULL DEFAULT 0,
  `counted` tinyint(4) NOT NULL DEFAULT 0,
  `asked_at` datetime(6) DEFAULT NULL,
  `status` varchar(12) DEFAULT NULL,
  `error_code` varchar(40) DEFAULT NULL,
  `first_token_ms` int(11) DEFAULT NULL,
  `duration_ms` int(11) DEFAULT NULL,
  `prompt_tokens` int(11) DEFAULT NULL,
  `cached_tokens` int(11) DEFAULT NULL,
  `cache_write_tokens` int(11) DEFAULT NULL,
  `completion_tokens` int(11) DEFAULT NULL,
  `reasoning_tokens` int(11) DEFAULT NULL,
  `counted_by` varchar(8) DEFAULT NULL,
  `price` text DEFAULT NULL,
  `price_source` varchar(8) DEFAULT NULL,
  `cost_nano` bigint(20) DEFAULT NULL,
  `reserved_tokens` bigint(20) DEFAULT NULL,
  `reserved_nano` bigint(20) DEFAULT NULL,
  PRIMARY KEY (`id`),
  UNIQUE KEY `running_conversation_id` (`running_conversation_id`),
  KEY `message_id` (`message_id`),
  KEY `idx_generation_user` (`user_id`,`running_conversation_id`),
  KEY `idx_generation_conversation` (`conversation_id`),
  KEY `idx_generation_finished` (`finished_at`),
  CONSTRAINT `generation_ibfk_1` FOREIGN KEY (`message_id`) REFERENCES `message` (`id`) ON DELETE CASCADE,
  CONSTRAINT `generation_ibfk_2` FOREIGN KEY (`conversation_id`) REFERENCES `conversation` (`id`) ON DELETE CASCADE,
  CONSTRAINT `generation_ibfk_3` FOREIGN KEY (`user_id`) REFERENCES `user` (`id`) ON DELETE CASCADE
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_unicode_ci;

CREATE TABLE `message_context` (
  `message_id` bigint(20) NOT NULL,
  `run` int(11) NOT NULL,
  `model_name` varchar(100) NOT NULL,
  `connection_label` varchar(100) DEFAULT NULL,
  `first_message_id` bigint(20) DEFAULT NULL,
  `last_message_id` bigint(20) NOT NULL,
  `messages` int(11) NOT NULL,
  `left_out` text DEFAULT NULL,
  `prompt_id` bigint(20) DEFAULT NULL,
  `params` text DEFAULT NULL,
  `estimated_tokens` int(11) NOT NULL,
  `prompt_tokens` int(11) DEFAULT NULL,
  `completion_tokens` int(11) DEFAULT NULL,
  `total_tokens` int(11) DEFAULT NULL,
  PRIMARY KEY (`message_id`,`run`),
  KEY `idx_message_context_prompt` (`prompt_id`),
  CONSTRAINT `message_context_ibfk_1` FOREIGN KEY (`message_id`) REFERENCES `message` (`id`) ON DELETE CASCADE
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_unicode_ci;

CREATE TABLE `message_deletion` (
  `message_id` bigint(20) NOT NULL,
  `conversation_id` bigint(20) NOT NULL,
  `deleted_at` datetime(6) NOT NULL,
  `messages` int(11) NOT NULL,
  `leaf_id` bigint(20) DEFAULT NULL,
  PRIMARY KEY (`message_id`),
  KEY `idx_message_deletion_conversation` (`conversation_id`),
  KEY `idx_message_deletion_deleted` (`deleted_at`),
  CONSTRAINT `message_deletion_ibfk_1` FOREIGN KEY (`message_id`) REFERENCES `message` (`id`) ON DELETE CASCADE,
  CONSTRAINT `message_deletion_ibfk_2` FOREIGN KEY (`conversation_id`) REFERENCES `conversation` (`id`) ON DELETE CASCADE
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_unicode_ci;

CREATE TABLE `model_use` (
  `user_id` bigint(20) NOT NULL,
  `model_id` bigint(20) NOT NULL,
  `favourite` tinyint(4) NOT NULL DEFAULT 0,
  `quirks` text DEFAULT NULL,
  PRIMARY KEY (`user_id`,`model_id`),
  KEY `model_id` (`model_id`),
  CONSTRAINT `model_use_ibfk_1` FOREIGN KEY (`user_id`) REFERENCES `user` (`id`) ON DELETE CASCADE,
  CONSTRAINT `model_use_ibfk_2` FOREIGN KEY (`model_id`) REFERENCES `model` (`id`) ON DELETE CASCADE
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_unicode_ci;

CREATE TABLE `search_pending` (
  `user_id` bigint(20) NOT NULL,
  `message_id` bigint(20) NOT NULL,
  `said_at` datetime(6) NOT NULL,
  `state` int(11) NOT NULL,
  `tokens` longblob DEFAULT NULL,
  PRIMARY KEY (`user_id`,`message_id`),
  KEY `idx_search_pending_message` (`message_id`),
  CONSTRAINT `search_pending_ibfk_1` FOREIGN KEY (`user_id`) REFERENCES `user` (`id`) ON DELETE CASCADE,
  CONSTRAINT `search_pending_ibfk_2` FOREIGN KEY (`message_id`) REFERENCES `message` (`id`) ON DELETE CASCADE
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_unicode_ci;

CREATE TABLE `share_attachment` (
  `share_id` bigint(20) NOT NULL,
  `message_id` bigint(20) NOT NULL,
  `position` smallint(6) NOT NULL,
  `number` int(11) DEFAULT NULL,
  `file_id` bigint(20) NOT NULL,
  PRIMARY KEY (`share_id`,`message_id`,`position`),
  UNIQUE KEY `uq_share_attachment_number` (`share_id`,`number`),
  KEY `idx_share_attachment_file` (`file_id`),
  CONSTRAINT `share_attachment_ibfk_1` FOREIGN KEY (`share_id`) REFERENCES `share` (`id`) ON DELETE CASCADE,
  CONSTRAINT `share_attachment_ibfk_2` FOREIGN KEY (`file_id`) REFERENCES `file` (`id`) ON DELETE CASCADE
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_unicode_ci;

CREATE TABLE `share_message` (
  `share_id` bigint(20) NOT NULL,
  `message_id` bigint(20) NOT NULL,
  `sender` varchar(4) NOT NULL,
  `content` longtext NOT NULL,
  `reasoning` longtext DEFAULT NULL,
  `model_name` varchar(100) DEFAULT NULL,
  PRIMARY KEY (`share_id`,`message_id`),
  CONSTRAINT `share_message_ibfk_1` FOREIGN KEY (`share_id`) REFERENCES `share` (`id`) ON DELETE CASCADE
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_unicode_ci;

CREATE TABLE `generation_piece` (
  `generation_id` bigint(20) NOT NULL,
  `kind` smallint(6) NOT NULL,
  `position` int(11) NOT NULL,
  `content` longtext NOT NULL,
  PRIMARY KEY (`generation_id`,`kind`,`position`),
  CONSTRAINT `generation_piece_ibfk_1` FOREIGN KEY (`generation_id`) REFERENCES `generation` (`id`) ON DELETE CASCADE
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_unicode_ci;

INSERT INTO alembic_version VALUES ('0019');

INSERT INTO audit_head VALUES (1, 0, X'0000000000000000000000000000000000000000000000000000000000000000', 0, X'0000000000000000000000000000000000000000000000000000000000000000', NULL, NULL);

INSERT INTO schema_info VALUES ('1.0.0', NULL);

