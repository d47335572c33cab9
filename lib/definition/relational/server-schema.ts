import { LIMITS } from '../../catalog';
import { integer, text } from '../shape/option';

export const instanceClass = text("instance class such as 'r8g.large'");

/** PostgreSQL keeps a few connections for itself, and AWS asks for three more for its automation. */
export const maxConnections = integer(20, LIMITS.maxConnectionsSettable.value);
