export { TRANSACTION } from './operation';
export { ServerTelemetry } from './server-telemetry';
export { Telemetry } from './telemetry';
export { traceStatements } from './traced-client';
