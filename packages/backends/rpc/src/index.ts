export { type RpcBackendOptions, rpcBackend } from './rpc-backend.ts';
export { backend } from './rpc-backend-plugin.ts';
