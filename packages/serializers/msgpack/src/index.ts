export { msgpackSerializer } from './msgpack-serializer.ts';
