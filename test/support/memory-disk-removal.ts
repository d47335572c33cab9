export { removeMemoryDisk as default } from './memory-disk';
