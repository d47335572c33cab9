import { isInstanceClass, type InstanceClass } from '../../catalog';

/** The rules have refused unknown classes before anything is resolved. */
export function knownClass(name: string): InstanceClass {
  if (!isInstanceClass(name)) throw new TypeError(`"${name}" is not an instance class, and no rule noticed`);
  return name;
}
