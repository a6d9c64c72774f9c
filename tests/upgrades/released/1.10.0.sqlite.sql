CREATE TABLE alembic_version (
	version_num VARCHAR(32) NOT NULL, 
	CONSTRAINT alembic_version_pkc PRIMARY KEY (version_num)
);

CREATE TABLE user (
	id INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT, 
	username VARCHAR(50) NOT NULL, 
	username_key BLOB NOT NULL, 
	email VARCHAR(100) NOT NULL, 
	email_key BLOB NOT NULL, 
	password_hash VARCHAR(255) NOT NULL, 
	created_at DATETIME NOT NULL, 
	yn SMALLINT DEFAULT '1' NOT NULL, 
	conversation_count INTEGER DEFAULT '0' NOT NULL, default_model_id INTEGER, title_model_id INTEGER, custom_instructions TEXT, config_seen DATETIME, role VARCHAR(8) DEFAULT 'user' NOT NULL, display_name VARCHAR(64), pending_at DATETIME, deleted_at DATETIME, deleted_yn SMALLINT, email_verified_at DATETIME, status SMALLINT GENERATED ALWAYS AS (CASE WHEN yn = 1 THEN 0 WHEN deleted_at IS NOT NULL THEN 3 WHEN pending_at IS NOT NULL THEN 2 ELSE 1 END) VIRTUAL, has_factor SMALLINT DEFAULT '0' NOT NULL, 
	UNIQUE (username_key), 
	UNIQUE (email_key)
);

CREATE TABLE default_model_use (
	user_id INTEGER NOT NULL, 
	day INTEGER NOT NULL, 
	messages INTEGER NOT NULL, 
	PRIMARY KEY (user_id, day), 
	FOREIGN KEY(user_id) REFERENCES user (id) ON DELETE CASCADE
);

CREATE TABLE model_config (
	id INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT, 
	user_id INTEGER NOT NULL, 
	base_url VARCHAR(500) NOT NULL, 
	model_name VARCHAR(100) NOT NULL, 
	encrypted_api_key TEXT NOT NULL, 
	created_at DATETIME NOT NULL, 
	updated_at DATETIME NOT NULL, 
	UNIQUE (user_id), 
	FOREIGN KEY(user_id) REFERENCES user (id) ON DELETE CASCADE
);

CREATE TABLE session (
	id INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT, 
	user_id INTEGER NOT NULL, 
	device VARCHAR(200) NOT NULL, 
	address VARCHAR(64) NOT NULL, 
	created_at DATETIME NOT NULL, 
	last_used_at DATETIME NOT NULL, 
	expires_at DATETIME NOT NULL, 
	revoked_at DATETIME, confirmed_at DATETIME, 
	FOREIGN KEY(user_id) REFERENCES user (id) ON DELETE CASCADE
);

CREATE INDEX idx_session_user ON session (user_id);

CREATE TABLE refresh_token (
	hash BLOB NOT NULL, 
	session_id INTEGER NOT NULL, 
	salt BLOB NOT NULL, 
	expires_at DATETIME NOT NULL, 
	rotated_at DATETIME, 
	PRIMARY KEY (hash), 
	FOREIGN KEY(session_id) REFERENCES session (id) ON DELETE CASCADE
);

CREATE INDEX idx_refresh_token_session ON refresh_token (session_id);

CREATE TABLE ws_ticket (
	jti BLOB NOT NULL, 
	user_id INTEGER NOT NULL, 
	expires_at DATETIME NOT NULL, 
	PRIMARY KEY (jti), 
	FOREIGN KEY(user_id) REFERENCES user (id) ON DELETE CASCADE
);

CREATE INDEX idx_ws_ticket_user ON ws_ticket (user_id, expires_at);

CREATE TABLE password_reset (
	user_id INTEGER NOT NULL, 
	hash BLOB NOT NULL, 
	expires_at DATETIME NOT NULL, 
	PRIMARY KEY (user_id), 
	FOREIGN KEY(user_id) REFERENCES user (id) ON DELETE CASCADE, 
	UNIQUE (hash)
);

CREATE TABLE conversation (
	id INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT, 
	user_id INTEGER NOT NULL, 
	title VARCHAR(200) NOT NULL, 
	title_source VARCHAR(10) NOT NULL, 
	system_prompt TEXT, 
	message_count INTEGER DEFAULT '0' NOT NULL, 
	created_at DATETIME NOT NULL, 
	updated_at DATETIME NOT NULL, 
	deleted_at DATETIME, model_id INTEGER, preset_id INTEGER, params TEXT, archived SMALLINT DEFAULT '0' NOT NULL, pinned SMALLINT DEFAULT '0' NOT NULL, folder_id INTEGER, continued_from INTEGER, 
	FOREIGN KEY(user_id) REFERENCES user (id) ON DELETE CASCADE
);

CREATE INDEX idx_user_recent ON conversation (user_id, deleted_at, updated_at, id);

CREATE INDEX idx_deleted ON conversation (deleted_at);

CREATE INDEX idx_user_created ON conversation (user_id, created_at DESC);

CREATE TABLE message (
	id INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT, 
	conversation_id INTEGER NOT NULL, 
	sender VARCHAR(4) NOT NULL, 
	content TEXT NOT NULL, 
	timestamp DATETIME NOT NULL, 
	parent_id INTEGER, 
	active SMALLINT DEFAULT '1' NOT NULL, 
	status VARCHAR(12) DEFAULT 'complete' NOT NULL, 
	finish_reason VARCHAR(40), 
	model_name VARCHAR(100), 
	reasoning TEXT, 
	prompt_tokens INTEGER, 
	completion_tokens INTEGER, 
	total_tokens INTEGER, 
	error_code VARCHAR(40), 
	client_id BLOB, 
	continued_by BLOB, 
	run INTEGER DEFAULT '1' NOT NULL, tokens INTEGER, model_id INTEGER, connection_label VARCHAR(100), left_out TEXT, client_hash BLOB, continued_hash BLOB, cost_nano BIGINT, attachments SMALLINT, search_state INTEGER, 
	CONSTRAINT uq_message_client UNIQUE (conversation_id, client_id), 
	FOREIGN KEY(conversation_id) REFERENCES conversation (id) ON DELETE CASCADE
);

CREATE INDEX idx_message_path ON message (conversation_id, active, id);

CREATE INDEX idx_message_parent ON message (conversation_id, parent_id);

CREATE INDEX idx_conversation_timestamp ON message (conversation_id, timestamp);

CREATE TABLE generation (
	id INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT, 
	message_id INTEGER NOT NULL, 
	conversation_id INTEGER NOT NULL, 
	running_conversation_id INTEGER, 
	user_id INTEGER NOT NULL, 
	owner VARCHAR(64) NOT NULL, 
	beat BIGINT DEFAULT '0' NOT NULL, 
	stop_requested SMALLINT DEFAULT '0' NOT NULL, 
	started_at DATETIME NOT NULL, 
	finished_at DATETIME, connection_id INTEGER, connection_label VARCHAR(100), model_id INTEGER, model_name VARCHAR(100), is_shared SMALLINT, settled INTEGER DEFAULT '0' NOT NULL, counted SMALLINT DEFAULT '0' NOT NULL, asked_at DATETIME, status VARCHAR(12), error_code VARCHAR(40), first_token_ms INTEGER, duration_ms INTEGER, prompt_tokens INTEGER, cached_tokens INTEGER, cache_write_tokens INTEGER, completion_tokens INTEGER, reasoning_tokens INTEGER, counted_by VARCHAR(8), price TEXT, price_source VARCHAR(8), cost_nano BIGINT, reserved_tokens BIGINT, reserved_nano BIGINT, 
	FOREIGN KEY(message_id) REFERENCES message (id) ON DELETE CASCADE, 
	FOREIGN KEY(conversation_id) REFERENCES conversation (id) ON DELETE CASCADE, 
	UNIQUE (running_conversation_id), 
	FOREIGN KEY(user_id) REFERENCES user (id) ON DELETE CASCADE
);

CREATE INDEX idx_generation_user ON generation (user_id, running_conversation_id);

CREATE INDEX idx_generation_conversation ON generation (conversation_id);

CREATE INDEX idx_generation_finished ON generation (finished_at);

CREATE TABLE generation_piece (
	generation_id INTEGER NOT NULL, 
	kind SMALLINT NOT NULL, 
	position INTEGER NOT NULL, 
	content TEXT NOT NULL, 
	PRIMARY KEY (generation_id, kind, position), 
	FOREIGN KEY(generation_id) REFERENCES generation (id) ON DELETE CASCADE
);

CREATE TABLE schema_info (
	min_app_version VARCHAR(20) NOT NULL, 
	key_canary TEXT, 
	PRIMARY KEY (min_app_version)
);

CREATE TABLE audit_event (
	id INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT, 
	at DATETIME NOT NULL, 
	user_id INTEGER, 
	action VARCHAR(40) NOT NULL, 
	outcome VARCHAR(10) NOT NULL, 
	address VARCHAR(64), 
	request_id VARCHAR(32), 
	detail TEXT, 
	seq BIGINT, 
	seal BLOB, 
	UNIQUE (seq)
);

CREATE INDEX idx_audit_user ON audit_event (user_id, id);

CREATE TABLE audit_head (
	id INTEGER NOT NULL, 
	seq BIGINT NOT NULL, 
	seal BLOB NOT NULL, 
	pruned_seq BIGINT NOT NULL, 
	pruned_seal BLOB NOT NULL, 
	key_id BLOB, 
	mac BLOB, 
	PRIMARY KEY (id)
);

CREATE TABLE model_window (
	user_id INTEGER NOT NULL, 
	model_key BLOB NOT NULL, 
	tokens INTEGER NOT NULL, 
	expires_at DATETIME NOT NULL, 
	PRIMARY KEY (user_id, model_key), 
	FOREIGN KEY(user_id) REFERENCES user (id) ON DELETE CASCADE
);

CREATE INDEX idx_model_window_expires ON model_window (expires_at);

CREATE TABLE connection (
	id INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT, 
	user_id INTEGER, 
	slug VARCHAR(40) NOT NULL, 
	slug_key BLOB NOT NULL, 
	label VARCHAR(100) NOT NULL, 
	base_url VARCHAR(500) NOT NULL, 
	encrypted_api_key TEXT, 
	key_tail VARCHAR(4), 
	source VARCHAR(12) NOT NULL, 
	enabled SMALLINT DEFAULT '1' NOT NULL, 
	deleted_at DATETIME, 
	created_at DATETIME NOT NULL, 
	updated_at DATETIME NOT NULL, restricted SMALLINT DEFAULT '0' NOT NULL, 
	FOREIGN KEY(user_id) REFERENCES user (id) ON DELETE CASCADE, 
	UNIQUE (slug_key)
);

CREATE INDEX idx_connection_user ON connection (user_id);

CREATE TABLE model (
	id INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT, 
	connection_id INTEGER NOT NULL, 
	name VARCHAR(100) NOT NULL, 
	name_key BLOB NOT NULL, 
	label VARCHAR(100), 
	context_tokens INTEGER, 
	vision SMALLINT, 
	listed_at DATETIME, 
	gone_at DATETIME, price TEXT, 
	CONSTRAINT uq_model_name UNIQUE (connection_id, name_key), 
	FOREIGN KEY(connection_id) REFERENCES connection (id) ON DELETE CASCADE
);

CREATE TABLE model_use (
	user_id INTEGER NOT NULL, 
	model_id INTEGER NOT NULL, 
	favourite SMALLINT DEFAULT '0' NOT NULL, 
	quirks TEXT, 
	PRIMARY KEY (user_id, model_id), 
	FOREIGN KEY(user_id) REFERENCES user (id) ON DELETE CASCADE, 
	FOREIGN KEY(model_id) REFERENCES model (id) ON DELETE CASCADE
);

CREATE TABLE preset (
	id INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT, 
	user_id INTEGER NOT NULL, 
	name VARCHAR(100) NOT NULL, 
	model_id INTEGER, 
	system_prompt TEXT, 
	params TEXT, 
	created_at DATETIME NOT NULL, 
	updated_at DATETIME NOT NULL, 
	FOREIGN KEY(user_id) REFERENCES user (id) ON DELETE CASCADE
);

CREATE INDEX idx_preset_user ON preset (user_id);

CREATE TABLE prompt_text (
	id INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT, 
	user_id INTEGER NOT NULL, 
	hash BLOB NOT NULL, 
	text TEXT NOT NULL, 
	CONSTRAINT uq_prompt_text UNIQUE (user_id, hash), 
	FOREIGN KEY(user_id) REFERENCES user (id) ON DELETE CASCADE
);

CREATE TABLE message_context (
	message_id INTEGER NOT NULL, 
	run INTEGER NOT NULL, 
	model_name VARCHAR(100) NOT NULL, 
	connection_label VARCHAR(100), 
	first_message_id INTEGER, 
	last_message_id INTEGER NOT NULL, 
	messages INTEGER NOT NULL, 
	left_out TEXT, 
	prompt_id INTEGER, 
	params TEXT, 
	estimated_tokens INTEGER NOT NULL, 
	prompt_tokens INTEGER, 
	completion_tokens INTEGER, 
	total_tokens INTEGER, 
	PRIMARY KEY (message_id, run), 
	FOREIGN KEY(message_id) REFERENCES message (id) ON DELETE CASCADE
)
 WITHOUT ROWID

;

CREATE INDEX idx_message_context_prompt ON message_context (prompt_id) WHERE prompt_id IS NOT NULL;

CREATE TABLE usage_target (
	id INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT, 
	user_id INTEGER, 
	hash BLOB NOT NULL, 
	connection_id INTEGER, 
	connection_label VARCHAR(100), 
	model_id INTEGER, 
	model_name VARCHAR(100) NOT NULL, 
	is_shared SMALLINT NOT NULL, 
	FOREIGN KEY(user_id) REFERENCES user (id) ON DELETE CASCADE, 
	UNIQUE (hash)
);

CREATE INDEX idx_usage_target_user ON usage_target (user_id);

CREATE TABLE usage_attempt (
	id INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT, 
	user_id INTEGER NOT NULL, 
	target_id INTEGER NOT NULL, 
	key_id INTEGER, 
	conversation_id INTEGER, 
	message_id INTEGER, 
	purpose VARCHAR(12) NOT NULL, 
	status VARCHAR(12) NOT NULL, 
	started_at DATETIME NOT NULL, 
	slot INTEGER NOT NULL, 
	due_at DATETIME, 
	fold INTEGER, 
	error_code VARCHAR(40), 
	first_token_ms INTEGER, 
	duration_ms INTEGER, 
	prompt_tokens INTEGER, 
	cached_tokens INTEGER, 
	cache_write_tokens INTEGER, 
	completion_tokens INTEGER, 
	reasoning_tokens INTEGER, 
	counted_by VARCHAR(8), 
	price TEXT, 
	price_source VARCHAR(8), 
	cost_nano BIGINT, 
	reserved_tokens BIGINT, 
	reserved_nano BIGINT, 
	FOREIGN KEY(user_id) REFERENCES user (id) ON DELETE CASCADE
);

CREATE INDEX idx_usage_attempt_user ON usage_attempt (user_id, started_at, id);

CREATE INDEX idx_usage_attempt_fold ON usage_attempt (user_id, fold);

CREATE INDEX idx_usage_attempt_message ON usage_attempt (message_id);

CREATE INDEX idx_usage_attempt_due ON usage_attempt (due_at) WHERE due_at IS NOT NULL;

CREATE TABLE usage_day (
	user_id INTEGER NOT NULL, 
	zone_id INTEGER NOT NULL, 
	day INTEGER NOT NULL, 
	target_id INTEGER NOT NULL, 
	key_id INTEGER NOT NULL, 
	attempts BIGINT NOT NULL, 
	messages BIGINT NOT NULL, 
	estimated BIGINT NOT NULL, 
	unpriced BIGINT NOT NULL, 
	prompt_tokens BIGINT NOT NULL, 
	cached_tokens BIGINT NOT NULL, 
	cache_write_tokens BIGINT NOT NULL, 
	completion_tokens BIGINT NOT NULL, 
	reasoning_tokens BIGINT NOT NULL, 
	cost_nano BIGINT, 
	PRIMARY KEY (user_id, zone_id, day, target_id, key_id), 
	FOREIGN KEY(user_id) REFERENCES user (id) ON DELETE CASCADE
);

CREATE INDEX idx_usage_day_target ON usage_day (target_id, zone_id, day);

CREATE TABLE usage_gone (
	day INTEGER NOT NULL, 
	target_id INTEGER NOT NULL, 
	attempts BIGINT NOT NULL, 
	messages BIGINT NOT NULL, 
	estimated BIGINT NOT NULL, 
	unpriced BIGINT NOT NULL, 
	prompt_tokens BIGINT NOT NULL, 
	cached_tokens BIGINT NOT NULL, 
	cache_write_tokens BIGINT NOT NULL, 
	completion_tokens BIGINT NOT NULL, 
	reasoning_tokens BIGINT NOT NULL, 
	cost_nano BIGINT, 
	PRIMARY KEY (day, target_id)
);

CREATE TABLE usage_zone (
	id INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT, 
	user_id INTEGER NOT NULL, 
	name VARCHAR(64) NOT NULL, 
	asked_at DATETIME NOT NULL, 
	folds INTEGER DEFAULT '0' NOT NULL, 
	CONSTRAINT uq_usage_zone UNIQUE (user_id, name), 
	FOREIGN KEY(user_id) REFERENCES user (id) ON DELETE CASCADE
);

CREATE TABLE cap (
	id INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT, 
	scope VARCHAR(8) NOT NULL, 
	user_id INTEGER, 
	group_id INTEGER, 
	key_id INTEGER, 
	target VARCHAR(10) NOT NULL, 
	connection_id INTEGER, 
	model_id INTEGER, 
	period VARCHAR(5) NOT NULL, 
	unit VARCHAR(8) NOT NULL, 
	amount BIGINT NOT NULL, 
	warn_percent INTEGER DEFAULT '80' NOT NULL, 
	source VARCHAR(8) NOT NULL, 
	created_at DATETIME NOT NULL, 
	updated_at DATETIME NOT NULL, 
	FOREIGN KEY(user_id) REFERENCES user (id) ON DELETE CASCADE
);

CREATE INDEX idx_cap_user ON cap (user_id);

CREATE TABLE cap_slice (
	cap_id INTEGER NOT NULL, 
	first_day INTEGER NOT NULL, 
	owner VARCHAR(64) NOT NULL, 
	amount BIGINT NOT NULL, 
	renewed_at DATETIME NOT NULL, 
	PRIMARY KEY (cap_id, first_day, owner), 
	FOREIGN KEY(cap_id) REFERENCES cap (id) ON DELETE CASCADE
);

CREATE TABLE file (
	id INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT, 
	user_id INTEGER NOT NULL, 
	hash BLOB NOT NULL, 
	name VARCHAR(150) NOT NULL, 
	type VARCHAR(100) NOT NULL, 
	size BIGINT NOT NULL, 
	stored BIGINT NOT NULL, 
	width INTEGER, 
	height INTEGER, 
	pages INTEGER, 
	characters INTEGER, 
	tokens INTEGER NOT NULL, 
	client_id BLOB, 
	source_hash BLOB NOT NULL, 
	created_at DATETIME NOT NULL, 
	unused_at DATETIME, 
	CONSTRAINT uq_file_client UNIQUE (user_id, client_id), 
	FOREIGN KEY(user_id) REFERENCES user (id) ON DELETE CASCADE
);

CREATE TABLE attachment (
	message_id INTEGER NOT NULL, 
	position SMALLINT NOT NULL, 
	file_id INTEGER NOT NULL, 
	PRIMARY KEY (message_id, position), 
	FOREIGN KEY(message_id) REFERENCES message (id) ON DELETE CASCADE, 
	FOREIGN KEY(file_id) REFERENCES file (id) ON DELETE CASCADE
);

CREATE INDEX idx_file_user_hash ON file (user_id, hash);

CREATE INDEX idx_attachment_file ON attachment (file_id);

CREATE TABLE folder (
	id INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT, 
	user_id INTEGER NOT NULL, 
	name VARCHAR(80) NOT NULL, 
	name_hash BLOB NOT NULL, 
	position BIGINT NOT NULL, 
	conversation_count INTEGER DEFAULT '0' NOT NULL, 
	created_at DATETIME NOT NULL, 
	updated_at DATETIME NOT NULL, 
	CONSTRAINT uq_folder_name UNIQUE (user_id, name_hash), 
	FOREIGN KEY(user_id) REFERENCES user (id) ON DELETE CASCADE
);

CREATE TABLE conversation_tally (
	user_id INTEGER NOT NULL, 
	archived INTEGER NOT NULL, 
	pinned INTEGER NOT NULL, 
	deleted INTEGER NOT NULL, 
	seen INTEGER NOT NULL, 
	oldest_deleted DATETIME, 
	newest_deleted DATETIME, 
	PRIMARY KEY (user_id), 
	FOREIGN KEY(user_id) REFERENCES user (id) ON DELETE CASCADE
);

CREATE INDEX idx_conversation_listed ON conversation (user_id, deleted_at, archived, updated_at, id);

CREATE INDEX idx_conversation_pinned ON conversation (user_id, pinned, deleted_at, archived, updated_at, id) WHERE pinned = 1;

CREATE INDEX idx_conversation_folder ON conversation (folder_id, deleted_at, archived, updated_at, id) WHERE folder_id IS NOT NULL;

CREATE TABLE message_deletion (
	message_id INTEGER NOT NULL, 
	conversation_id INTEGER NOT NULL, 
	deleted_at DATETIME NOT NULL, 
	messages INTEGER NOT NULL, 
	leaf_id INTEGER, 
	PRIMARY KEY (message_id), 
	FOREIGN KEY(message_id) REFERENCES message (id) ON DELETE CASCADE, 
	FOREIGN KEY(conversation_id) REFERENCES conversation (id) ON DELETE CASCADE
);

CREATE INDEX idx_message_deletion_conversation ON message_deletion (conversation_id);

CREATE INDEX idx_message_deletion_deleted ON message_deletion (deleted_at);

CREATE INDEX idx_message_unread ON message (search_state) WHERE search_state IS NULL;

CREATE TABLE search_pending (
	user_id INTEGER NOT NULL, 
	message_id INTEGER NOT NULL, 
	said_at DATETIME NOT NULL, 
	state INTEGER NOT NULL, 
	tokens BLOB, 
	PRIMARY KEY (user_id, message_id), 
	FOREIGN KEY(user_id) REFERENCES user (id) ON DELETE CASCADE, 
	FOREIGN KEY(message_id) REFERENCES message (id) ON DELETE CASCADE
);

CREATE INDEX idx_search_pending_message ON search_pending (message_id);

CREATE TABLE search_segment (
	id INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT, 
	user_id INTEGER NOT NULL, 
	tier SMALLINT NOT NULL, 
	size INTEGER NOT NULL, 
	first_at DATETIME NOT NULL, 
	last_at DATETIME NOT NULL, 
	lowest_id INTEGER NOT NULL, 
	highest_id INTEGER NOT NULL, 
	is_whole SMALLINT DEFAULT '0' NOT NULL, 
	checked_at DATETIME, 
	FOREIGN KEY(user_id) REFERENCES user (id) ON DELETE CASCADE
);

CREATE INDEX idx_search_segment_user ON search_segment (user_id);

CREATE INDEX idx_search_segment_checked ON search_segment (checked_at);

CREATE TABLE search_block (
	user_id INTEGER NOT NULL, 
	block INTEGER NOT NULL, 
	segment_id INTEGER NOT NULL, 
	data BLOB NOT NULL, 
	PRIMARY KEY (user_id, block, segment_id), 
	FOREIGN KEY(user_id) REFERENCES user (id) ON DELETE CASCADE
);

CREATE TABLE job (
	name VARCHAR(64) NOT NULL, 
	kind VARCHAR(32) NOT NULL, 
	user_id INTEGER, 
	owner VARCHAR(64), 
	beat BIGINT DEFAULT '0' NOT NULL, 
	wish INTEGER DEFAULT '0' NOT NULL, 
	progress TEXT, 
	failures INTEGER DEFAULT '0' NOT NULL, 
	due_at DATETIME NOT NULL, 
	created_at DATETIME NOT NULL, 
	PRIMARY KEY (name), 
	FOREIGN KEY(user_id) REFERENCES user (id) ON DELETE CASCADE
);

CREATE INDEX idx_job_user ON job (user_id);

CREATE TABLE import (
	id INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT, 
	user_id INTEGER NOT NULL, 
	running_user_id INTEGER, 
	name VARCHAR(150) NOT NULL, 
	status VARCHAR(12) NOT NULL, 
	why VARCHAR(40), 
	source VARCHAR(20), 
	folder VARCHAR(16) NOT NULL, 
	file VARCHAR(32) NOT NULL, 
	size BIGINT, 
	done INTEGER DEFAULT '0' NOT NULL, 
	total INTEGER, 
	created INTEGER DEFAULT '0' NOT NULL, 
	updated INTEGER DEFAULT '0' NOT NULL, 
	unchanged INTEGER DEFAULT '0' NOT NULL, 
	skipped INTEGER DEFAULT '0' NOT NULL, 
	failed INTEGER DEFAULT '0' NOT NULL, 
	messages INTEGER DEFAULT '0' NOT NULL, 
	created_at DATETIME NOT NULL, 
	ended_at DATETIME, 
	undo_at DATETIME, 
	undone_at DATETIME, 
	CONSTRAINT uq_import_running UNIQUE (running_user_id), 
	FOREIGN KEY(user_id) REFERENCES user (id) ON DELETE CASCADE
);

CREATE INDEX idx_import_user ON import (user_id, id);

CREATE INDEX idx_import_ended ON import (ended_at);

CREATE TABLE import_item (
	import_id INTEGER NOT NULL, 
	position INTEGER NOT NULL, 
	source_id VARCHAR(200), 
	title VARCHAR(200) NOT NULL, 
	result VARCHAR(10) NOT NULL, 
	why VARCHAR(40), 
	conversation_id INTEGER, 
	notes TEXT, 
	PRIMARY KEY (import_id, position), 
	FOREIGN KEY(import_id) REFERENCES import (id) ON DELETE CASCADE
);

CREATE INDEX idx_import_item_result ON import_item (import_id, result, position);

CREATE TABLE imported_conversation (
	user_id INTEGER NOT NULL, 
	"key" BLOB NOT NULL, 
	conversation_id INTEGER NOT NULL, 
	leaf_id INTEGER, 
	last_id INTEGER DEFAULT '0' NOT NULL, 
	PRIMARY KEY (user_id, "key"), 
	CONSTRAINT uq_imported_conversation UNIQUE (conversation_id), 
	FOREIGN KEY(user_id) REFERENCES user (id) ON DELETE CASCADE, 
	FOREIGN KEY(conversation_id) REFERENCES conversation (id) ON DELETE CASCADE
);

CREATE TABLE share (
	id INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT, 
	user_id INTEGER NOT NULL, 
	conversation_id INTEGER NOT NULL, 
	token_hash BLOB NOT NULL, 
	title VARCHAR(200) NOT NULL, 
	reasoning SMALLINT DEFAULT '0' NOT NULL, 
	without TEXT, 
	messages INTEGER NOT NULL, 
	last_message_id INTEGER NOT NULL, 
	last_run INTEGER NOT NULL, 
	views BIGINT DEFAULT '0' NOT NULL, 
	created_at DATETIME NOT NULL, 
	updated_at DATETIME NOT NULL, 
	expires_at DATETIME, 
	ended_at DATETIME, 
	CONSTRAINT uq_share_token UNIQUE (token_hash), 
	FOREIGN KEY(user_id) REFERENCES user (id) ON DELETE CASCADE, 
	FOREIGN KEY(conversation_id) REFERENCES conversation (id) ON DELETE CASCADE
);

CREATE INDEX idx_share_user ON share (user_id, id);

CREATE INDEX idx_share_conversation ON share (conversation_id);

CREATE INDEX idx_share_ended ON share (ended_at);

CREATE INDEX idx_share_expires ON share (expires_at);

CREATE TABLE share_message (
	share_id INTEGER NOT NULL, 
	message_id INTEGER NOT NULL, 
	sender VARCHAR(4) NOT NULL, 
	content TEXT NOT NULL, 
	reasoning TEXT, 
	model_name VARCHAR(100), 
	PRIMARY KEY (share_id, message_id), 
	FOREIGN KEY(share_id) REFERENCES share (id) ON DELETE CASCADE
);

CREATE TABLE share_attachment (
	share_id INTEGER NOT NULL, 
	message_id INTEGER NOT NULL, 
	position SMALLINT NOT NULL, 
	number INTEGER, 
	file_id INTEGER NOT NULL, 
	PRIMARY KEY (share_id, message_id, position), 
	CONSTRAINT uq_share_attachment_number UNIQUE (share_id, number), 
	FOREIGN KEY(share_id) REFERENCES share (id) ON DELETE CASCADE, 
	FOREIGN KEY(file_id) REFERENCES file (id) ON DELETE CASCADE
);

CREATE INDEX idx_share_attachment_file ON share_attachment (file_id);

CREATE TABLE api_key (
	id INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT, 
	user_id INTEGER NOT NULL, 
	name VARCHAR(100) NOT NULL, 
	prefix VARCHAR(16) NOT NULL, 
	hash BLOB NOT NULL, 
	scopes VARCHAR(100) NOT NULL, 
	model_ids TEXT, 
	cap_period VARCHAR(5), 
	cap_unit VARCHAR(8), 
	cap_amount BIGINT, 
	created_at DATETIME NOT NULL, 
	expires_at DATETIME, 
	last_used_at DATETIME, 
	FOREIGN KEY(user_id) REFERENCES user (id) ON DELETE CASCADE, 
	UNIQUE (hash)
);

CREATE INDEX idx_api_key_user ON api_key (user_id);

CREATE INDEX idx_user_status ON user (status, username_key);

CREATE INDEX idx_user_role ON user (role, id);

CREATE INDEX idx_user_deleted ON user (deleted_at);

CREATE TABLE user_group (
	id INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT, 
	name VARCHAR(100) NOT NULL, 
	name_key BLOB NOT NULL, 
	created_at DATETIME NOT NULL, 
	UNIQUE (name_key)
);

CREATE TABLE group_member (
	group_id INTEGER NOT NULL, 
	user_id INTEGER NOT NULL, 
	username_key BLOB NOT NULL, 
	PRIMARY KEY (group_id, user_id), 
	CONSTRAINT uq_group_member_name UNIQUE (group_id, username_key), 
	FOREIGN KEY(group_id) REFERENCES user_group (id) ON DELETE CASCADE, 
	FOREIGN KEY(user_id) REFERENCES user (id) ON DELETE CASCADE
);

CREATE INDEX idx_group_member_user ON group_member (user_id);

CREATE TABLE connection_grant (
	id INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT, 
	connection_id INTEGER NOT NULL, 
	group_id INTEGER NOT NULL, 
	model_id INTEGER, 
	FOREIGN KEY(connection_id) REFERENCES connection (id) ON DELETE CASCADE, 
	FOREIGN KEY(group_id) REFERENCES user_group (id) ON DELETE CASCADE, 
	FOREIGN KEY(model_id) REFERENCES model (id) ON DELETE CASCADE
);

CREATE INDEX idx_connection_grant ON connection_grant (connection_id, group_id);

CREATE TABLE invite (
	id INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT, 
	hash BLOB NOT NULL, 
	prefix VARCHAR(16) NOT NULL, 
	uses INTEGER NOT NULL, 
	uses_left INTEGER NOT NULL, 
	group_id INTEGER, 
	note VARCHAR(100), 
	created_by INTEGER NOT NULL, 
	created_at DATETIME NOT NULL, 
	expires_at DATETIME NOT NULL, 
	revoked_at DATETIME, 
	UNIQUE (hash)
);

CREATE TABLE setting (
	name VARCHAR(40) NOT NULL, 
	value TEXT NOT NULL, 
	updated_at DATETIME NOT NULL, 
	PRIMARY KEY (name)
);

CREATE TABLE avatar (
	user_id INTEGER NOT NULL, 
	version BIGINT NOT NULL, 
	bytes BLOB NOT NULL, 
	PRIMARY KEY (user_id), 
	FOREIGN KEY(user_id) REFERENCES user (id) ON DELETE CASCADE
);

CREATE TABLE email_verification (
	user_id INTEGER NOT NULL, 
	hash BLOB NOT NULL, 
	expires_at DATETIME NOT NULL, 
	PRIMARY KEY (user_id), 
	FOREIGN KEY(user_id) REFERENCES user (id) ON DELETE CASCADE, 
	UNIQUE (hash)
);

CREATE TABLE email_change (
	user_id INTEGER NOT NULL, 
	email VARCHAR(100) NOT NULL, 
	old_hash BLOB NOT NULL, 
	new_hash BLOB NOT NULL, 
	old_confirmed_at DATETIME, 
	new_confirmed_at DATETIME, 
	expires_at DATETIME NOT NULL, 
	PRIMARY KEY (user_id), 
	FOREIGN KEY(user_id) REFERENCES user (id) ON DELETE CASCADE, 
	UNIQUE (old_hash), 
	UNIQUE (new_hash)
);

CREATE INDEX idx_usage_day_day ON usage_day (zone_id, day);

CREATE TABLE totp (
	user_id INTEGER NOT NULL, 
	seed TEXT NOT NULL, 
	last_step BIGINT NOT NULL, 
	created_at DATETIME NOT NULL, 
	confirmed_at DATETIME, 
	PRIMARY KEY (user_id), 
	FOREIGN KEY(user_id) REFERENCES user (id) ON DELETE CASCADE
);

CREATE TABLE recovery_code (
	hash BLOB NOT NULL, 
	user_id INTEGER NOT NULL, 
	PRIMARY KEY (hash), 
	FOREIGN KEY(user_id) REFERENCES user (id) ON DELETE CASCADE
);

CREATE TABLE second_step (
	hash BLOB NOT NULL, 
	user_id INTEGER NOT NULL, 
	expires_at DATETIME NOT NULL, 
	PRIMARY KEY (hash), 
	FOREIGN KEY(user_id) REFERENCES user (id) ON DELETE CASCADE
);

CREATE INDEX idx_recovery_code_user ON recovery_code (user_id);

CREATE INDEX idx_second_step_user ON second_step (user_id, expires_at);

CREATE TABLE process (
	owner VARCHAR(64) NOT NULL, 
	beat BIGINT NOT NULL, 
	version VARCHAR(20) NOT NULL, 
	started_at DATETIME NOT NULL, 
	PRIMARY KEY (owner)
);

CREATE TABLE passkey (
	id INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT, 
	user_id INTEGER NOT NULL, 
	credential_hash BLOB NOT NULL, 
	credential_id BLOB NOT NULL, 
	public_key BLOB NOT NULL, 
	counter BIGINT NOT NULL, 
	handle BLOB NOT NULL, 
	transports VARCHAR(100) NOT NULL, 
	synced SMALLINT NOT NULL, 
	alone SMALLINT DEFAULT '1' NOT NULL, 
	name VARCHAR(80) NOT NULL, 
	created_at DATETIME NOT NULL, 
	last_used_at DATETIME, 
	FOREIGN KEY(user_id) REFERENCES user (id) ON DELETE CASCADE, 
	UNIQUE (credential_hash)
);

CREATE TABLE passkey_challenge (
	hash BLOB NOT NULL, 
	user_id INTEGER, 
	purpose VARCHAR(8) NOT NULL, 
	handle BLOB, 
	expires_at DATETIME NOT NULL, 
	PRIMARY KEY (hash), 
	FOREIGN KEY(user_id) REFERENCES user (id) ON DELETE CASCADE
);

CREATE INDEX idx_passkey_user ON passkey (user_id, id);

CREATE INDEX idx_passkey_challenge_user ON passkey_challenge (user_id, expires_at);

CREATE INDEX idx_passkey_challenge_over ON passkey_challenge (expires_at);

CREATE TABLE identity (
	id INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT, 
	user_id INTEGER NOT NULL, 
	"key" BLOB NOT NULL, 
	issuer VARCHAR(500) NOT NULL, 
	subject VARCHAR(255) NOT NULL, 
	created_at DATETIME NOT NULL, 
	last_login_at DATETIME, 
	FOREIGN KEY(user_id) REFERENCES user (id) ON DELETE CASCADE, 
	UNIQUE ("key")
);

CREATE TABLE identity_group (
	identity_id INTEGER NOT NULL, 
	group_id INTEGER NOT NULL, 
	PRIMARY KEY (identity_id, group_id), 
	FOREIGN KEY(identity_id) REFERENCES identity (id) ON DELETE CASCADE, 
	FOREIGN KEY(group_id) REFERENCES user_group (id) ON DELETE CASCADE
);

CREATE TABLE oidc_login (
	state_hash BLOB NOT NULL, 
	browser_hash BLOB NOT NULL, 
	provider VARCHAR(64) NOT NULL, 
	nonce VARCHAR(64) NOT NULL, 
	verifier VARCHAR(128) NOT NULL, 
	return_to VARCHAR(500) NOT NULL, 
	purpose VARCHAR(16) NOT NULL, 
	user_id INTEGER, 
	session_id INTEGER, 
	begun_at DATETIME NOT NULL, 
	expires_at DATETIME NOT NULL, 
	PRIMARY KEY (state_hash), 
	FOREIGN KEY(user_id) REFERENCES user (id) ON DELETE CASCADE
);

CREATE TABLE oidc_step (
	hash BLOB NOT NULL, 
	identity_id INTEGER NOT NULL, 
	sid_hash BLOB, 
	authenticated_at DATETIME NOT NULL, 
	expires_at DATETIME NOT NULL, 
	PRIMARY KEY (hash), 
	FOREIGN KEY(identity_id) REFERENCES identity (id) ON DELETE CASCADE
);

CREATE TABLE oidc_session (
	session_id INTEGER NOT NULL, 
	identity_id INTEGER NOT NULL, 
	sid_hash BLOB, 
	PRIMARY KEY (session_id), 
	FOREIGN KEY(session_id) REFERENCES session (id) ON DELETE CASCADE, 
	FOREIGN KEY(identity_id) REFERENCES identity (id) ON DELETE CASCADE
);

CREATE TABLE oidc_logout (
	hash BLOB NOT NULL, 
	expires_at DATETIME NOT NULL, 
	PRIMARY KEY (hash)
);

CREATE INDEX idx_identity_user ON identity (user_id);

CREATE INDEX idx_identity_group ON identity_group (group_id);

CREATE INDEX idx_oidc_login_user ON oidc_login (user_id);

CREATE INDEX idx_oidc_login_expires ON oidc_login (expires_at);

CREATE INDEX idx_oidc_step_identity ON oidc_step (identity_id);

CREATE INDEX idx_oidc_step_expires ON oidc_step (expires_at);

CREATE INDEX idx_oidc_session_identity ON oidc_session (identity_id);

CREATE INDEX idx_oidc_session_sid ON oidc_session (sid_hash);

CREATE INDEX idx_oidc_logout_expires ON oidc_logout (expires_at);

INSERT INTO alembic_version VALUES ('0019');

INSERT INTO audit_head VALUES (1, 0, X'0000000000000000000000000000000000000000000000000000000000000000', 0, X'0000000000000000000000000000000000000000000000000000000000000000', NULL, NULL);

INSERT INTO schema_info VALUES ('1.0.0', NULL);

