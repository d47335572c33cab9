/**
 * Parameters of PostgreSQL that it reads only when it starts: RDS takes a new value in at the next reboot, which nobody makes but the team.
 * Of DocumentDB and Neptune those that the kit writes.
 * As `postgres --describe-config` of PostgreSQL 17 lists them under "postmaster", and those of RDS' own that are static.
 * @see https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/USER_WorkingWithParamGroups.html (static and dynamic parameters)
 */
const STATIC_PARAMETERS: ReadonlySet<string> = new Set(
  `archive_mode autovacuum_freeze_max_age autovacuum_max_workers autovacuum_multixact_freeze_max_age bonjour bonjour_name
  cluster_name commit_timestamp_buffers data_directory data_sync_retry dynamic_shared_memory_type event_source
  external_pid_file hba_file hot_standby huge_page_size huge_pages ident_file jit_provider listen_addresses
  logging_collector max_connections max_files_per_process max_locks_per_transaction max_logical_replication_workers
  max_notify_queue_pages max_pred_locks_per_transaction max_prepared_transactions max_replication_slots max_wal_senders
  max_worker_processes min_dynamic_shared_memory multixact_member_buffers multixact_offset_buffers notify_buffers port
  recovery_target recovery_target_action recovery_target_inclusive recovery_target_lsn recovery_target_name
  recovery_target_time recovery_target_timeline recovery_target_xid reserved_connections serializable_buffers
  shared_buffers shared_memory_type shared_preload_libraries subtransaction_buffers superuser_reserved_connections
  track_activity_query_size track_commit_timestamp transaction_buffers unix_socket_directories unix_socket_group
  unix_socket_permissions wal_buffers wal_decode_buffer_size wal_level wal_log_hints
  rds.logical_replication tls neptune_enable_audit_log`
    .trim()
    .split(/\s+/),
);

/** Whether a new value of a parameter waits for a reboot. */
export const isStaticParameter = (name: string): boolean => STATIC_PARAMETERS.has(name);
