# Read by the entrypoint of MySQL's image when the data folder is new: the account by which servers copy
# from each other, and no transaction that the group has not.
password=$(cat "${SECRETS:-/run/secrets}/mysql_copy")
docker_process_sql <<SQL
SET SQL_LOG_BIN = 0;
CREATE USER copy@'%' IDENTIFIED BY '$password';
GRANT REPLICATION SLAVE, CONNECTION_ADMIN, BACKUP_ADMIN, GROUP_REPLICATION_STREAM ON *.* TO copy@'%';
SET SQL_LOG_BIN = 1;
CHANGE REPLICATION SOURCE TO SOURCE_USER = 'copy', SOURCE_PASSWORD = '$password'
  FOR CHANNEL 'group_replication_recovery';
RESET BINARY LOGS AND GTIDS;
SQL
