import type { NodeStats, Settings } from '@celeriac/core/internal';
import { maskUrl, parseUrl, splitUrls } from '@celeriac/protocol';
import type { ControlPanel } from './control-panel.ts';

/** @see celery/worker/worker.py WorkController.stats */
export function nodeStats(panel: ControlPanel): NodeStats {
  const { runtime, started, pool, autoscaler, stepInfo, prefetchCount, uptimeSeconds, brokerUrl } = panel;
  return {
    total: Object.fromEntries(started),
    pid: process.pid,
    clock: String(runtime.lamport.value),
    uptime: Math.round(uptimeSeconds),
    pool: pool.info,
    ...(autoscaler && { autoscaler: autoscaler.info }),
    broker: brokerInfo(brokerUrl, runtime.settings),
    prefetch_count: prefetchCount,
    rusage: resourceUsage(),
    // Celery spreads this over the answer itself, where steps of different names overwrite each other.
    steps: stepInfo,
  };
}

/** Schemes of URLs that speak TLS. */
const ENCRYPTED: ReadonlySet<string> = new Set(['rediss', 'amqps']);

/** @see kombu/connection.py Connection.info */
function brokerInfo(url: string, settings: Settings): { readonly [field: string]: unknown } {
  const parsed = parsedUrl(url);
  const others = splitUrls(settings.brokerReadUrl ?? settings.brokerUrl).map(maskUrl);
  return {
    hostname: parsed?.host ?? null,
    userid: parsed?.username ?? null,
    virtual_host: parsed === undefined ? url : parsed.path.replace(/^\//, '') || null,
    port: parsed?.port ?? null,
    insist: false,
    ssl: parsed !== undefined && ENCRYPTED.has(parsed.transportScheme),
    transport: parsed?.scheme ?? null,
    connect_timeout: settings.brokerConnectionTimeout,
    transport_options: {},
    login_method: null,
    uri_prefix: null,
    heartbeat: null,
    failover_strategy: settings.brokerFailoverStrategy,
    alternates: others.slice(1),
  };
}

function parsedUrl(url: string): ReturnType<typeof parseUrl> | undefined {
  try {
    return parseUrl(url);
  } catch {
    return undefined;
  }
}

/** Python's names. @see resource.getrusage */
function resourceUsage(): { readonly [field: string]: number } {
  const usage = process.resourceUsage();
  return {
    utime: usage.userCPUTime / 1e6,
    stime: usage.systemCPUTime / 1e6,
    maxrss: usage.maxRSS,
    ixrss: usage.sharedMemorySize,
    idrss: usage.unsharedDataSize,
    isrss: usage.unsharedStackSize,
    minflt: usage.minorPageFault,
    majflt: usage.majorPageFault,
    nswap: usage.swappedOut,
    inblock: usage.fsRead,
    oublock: usage.fsWrite,
    msgsnd: usage.ipcSent,
    msgrcv: usage.ipcReceived,
    nsignals: usage.signalsCount,
    nvcsw: usage.voluntaryContextSwitches,
    nivcsw: usage.involuntaryContextSwitches,
  };
}
