/** Why Celeriac has no such setting; the names that a reason is for, in Celery's lower case, `*` for any ending. */
const REASONS: readonly (readonly [names: readonly string[], because: string, instead?: string])[] = [
  [
    ['broker_host', 'broker_port', 'broker_user', 'broker_password', 'broker_vhost'],
    'a broker is named by one URL',
    'Write broker_url: transport://user:password@host:port/vhost.',
  ],
  [
    ['redis_host', 'redis_port', 'redis_db', 'redis_username', 'redis_password'],
    'a result store is named by one URL',
    'Write result_backend: redis://user:password@host:port/db.',
  ],
  [['redis_backend_credential_provider'], 'credentials come from the URL'],
  [
    ['redis_max_connections', 'redis_retry_on_timeout', 'redis_socket_keepalive', 'result_backend_thread_safe'],
    'an app has one connection to its result store, kept alive and made anew by itself',
  ],
  [
    ['broker_pool_acquire_timeout'],
    'there is no pool of connections to wait for: one sends everything, one reads',
    'How long a call may take is up to taskPublishRetryPolicy.',
  ],
  [['broker_heartbeat_checkrate'], 'a silent connection is noticed within three heartbeats', 'Set broker_heartbeat.'],
  [['broker_channel_error_retry'], 'a channel that the broker closes is always opened again'],
  [['task_remote_tracebacks'], 'errors carry the traceback of the worker as text, TaskError.traceback'],
  [['result_accept_content'], 'results are read with result_serializer, and with nothing else'],
  [['result_compression'], 'results are never compressed, in Celery neither'],
  [['result_cache_max'], 'results are remembered by the AsyncResult that asked for them, and nowhere else'],
  [
    ['result_chord_join_timeout'],
    'the parts of a chord are kept beside its counter: joining them waits for no other result',
  ],
  [
    ['result_exchange', 'result_exchange_type', 'result_persistent'],
    'the store rpc:// sends replies to the default exchange, and to a queue that goes with its client',
  ],
  [['database_url'], 'a result store is named by one URL', 'Write result_backend: db+postgresql://….'],
  [['database_*'], 'the SQL store has one schema, made by "celeriac migrate"'],
  [
    ['cache_backend', 'cache_backend_options'],
    'a result store is named by one URL',
    'Write it as result_backend, its options as result_backend_transport_options.',
  ],
  [
    [
      'cassandra_*',
      's3_*',
      'azureblockblob_*',
      'gcs_*',
      'cosmosdbsql_*',
      'elasticsearch_*',
      'couchbase_*',
      'arangodb_*',
    ],
    'there is no result store of that kind',
    'See @celeriac/backend for writing one.',
  ],
  [
    ['mongodb_backend_settings'],
    'a result store is named by one URL',
    'Write its options as result_backend_transport_options.',
  ],
  [
    ['worker_agent', 'worker_autoscaler', 'worker_consumer', 'worker_timer', 'worker_pool_putlocks'],
    'parts of a worker are not named by import paths',
    'See the README of @celeriac/worker for its bootsteps.',
  ],
  [
    ['worker_detect_quorum_queues'],
    'the transport is told',
    'Set quorumQueues in broker_transport_options, if all queues that are read are quorum queues.',
  ],
  [
    [
      ...['worker_logfile', 'worker_pidfile', 'worker_uid', 'worker_gid', 'worker_umask', 'worker_executable'],
      ...['beat_logfile', 'beat_pidfile', 'beat_uid', 'beat_gid', 'beat_umask', 'beat_executable', 'events_*'],
    ],
    'they are options of the command line',
    'See celeriac worker --help, celeriac beat --help and celeriac multi --help.',
  ],
  [['beat_scheduler'], 'the beat keeps its schedule in a store', 'Set beatStore, or leave it out for a file.'],
  [['event_queue_durable', 'event_queue_exclusive'], 'the queue of a monitor goes with its monitor'],
  [['worker_timer_precision'], 'tasks that wait for their time are woken at it, to the millisecond'],
  [['worker_lost_wait'], 'the end of a process is noticed at once, after everything that it had said'],
  [['worker_hijack_root_logger'], 'there is no root logger to take over', 'Give the app a logger of your own.'],
  [
    ['worker_*', 'beat_*', 'control_*', 'event_*', 'events_*', 'task_*', 'result_*', 'broker_*'],
    'nothing in Celeriac does what it is for',
  ],
];

/** Settings of Celery by their exact names, for the groups above; a mistyped name must not pass for one of these. */
const NAMES: ReadonlySet<string> = new Set(
  (
    'broker_host broker_port broker_user broker_password broker_vhost broker_pool_acquire_timeout ' +
    'broker_heartbeat_checkrate broker_channel_error_retry redis_host redis_port redis_db redis_username ' +
    'redis_password redis_backend_credential_provider redis_max_connections redis_retry_on_timeout ' +
    'redis_socket_keepalive result_backend_thread_safe task_remote_tracebacks result_compression result_cache_max ' +
    'result_accept_content ' +
    'result_chord_join_timeout result_exchange result_exchange_type result_persistent database_url ' +
    'database_engine_options database_engine_callback database_short_lived_sessions database_table_schemas ' +
    'database_table_names database_create_tables_at_setup cache_backend cache_backend_options ' +
    'mongodb_backend_settings cassandra_servers cassandra_secure_bundle_path cassandra_port cassandra_keyspace ' +
    'cassandra_table cassandra_read_consistency cassandra_write_consistency cassandra_entry_ttl ' +
    'cassandra_auth_provider cassandra_auth_kwargs cassandra_options s3_access_key_id s3_secret_access_key s3_bucket ' +
    's3_base_path s3_endpoint_url s3_region azureblockblob_container_name azureblockblob_base_path ' +
    'azureblockblob_retry_initial_backoff_sec azureblockblob_retry_increment_base azureblockblob_retry_max_attempts ' +
    'azureblockblob_connection_timeout azureblockblob_read_timeout gcs_bucket gcs_project gcs_base_path gcs_ttl ' +
    'cosmosdbsql_database_name cosmosdbsql_collection_name cosmosdbsql_consistency_level ' +
    'cosmosdbsql_max_retry_attempts cosmosdbsql_max_retry_wait_time elasticsearch_retry_on_timeout ' +
    'elasticsearch_max_retries elasticsearch_timeout elasticsearch_save_meta_as_text couchbase_backend_settings ' +
    'arangodb_backend_settings worker_agent worker_autoscaler worker_consumer worker_timer worker_pool_putlocks ' +
    'worker_timer_precision worker_lost_wait worker_hijack_root_logger worker_detect_quorum_queues ' +
    'worker_logfile worker_pidfile worker_uid worker_gid worker_umask worker_executable beat_logfile beat_pidfile ' +
    'beat_uid beat_gid beat_umask beat_executable beat_scheduler ' +
    'events_logfile events_pidfile events_uid ' +
    'events_gid events_umask events_executable ' +
    'event_queue_durable event_queue_exclusive'
  ).split(' '),
);

/** Why there is no such setting, and what to write instead. */
export interface AbsentSetting {
  /** Celery's name. */
  readonly celery: string;
  readonly because: string;
  readonly instead: string | undefined;
}

/**
 * Whether a name is a setting of Celery's that Celeriac does not have.
 * @param name - `result_cache_max`, `resultCacheMax`, or the old `CELERY_RESULT_CACHE_MAX`
 */
export function absentSetting(name: string): AbsentSetting | undefined {
  const celery = spellings(name).find((one) => NAMES.has(one));
  if (celery === undefined) return undefined;
  const [, because, instead] = REASONS.find(([names]) => names.some((pattern) => fits(celery, pattern)))!;
  return { celery, because, instead };
}

/** @see celery/app/defaults.py OLD_NS, OLD_NS_WORKER, OLD_NS_BEAT */
function spellings(name: string): readonly string[] {
  if (name !== name.toUpperCase()) return [name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`)];
  const lower = name.toLowerCase();
  return [
    lower,
    lower.replace(/^celery_/, ''),
    lower.replace(/^celery_/, 'task_'),
    lower.replace(/^celeryd_/, 'worker_'),
    lower.replace(/^celery_/, 'worker_'),
    lower.replace(/^celerybeat_/, 'beat_'),
    lower.replace(/^celery_send_/, 'task_send_'),
  ];
}

function fits(name: string, pattern: string): boolean {
  return pattern.endsWith('*') ? name.startsWith(pattern.slice(0, -1)) : name === pattern;
}
