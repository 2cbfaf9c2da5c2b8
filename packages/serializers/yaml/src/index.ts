export { yamlSerializer } from './yaml-serializer.ts';
