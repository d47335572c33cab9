import * as fc from 'fast-check';
import { renderAccess, renderSettings, type ServerSettings } from '../../lib/local/server-settings';

const settings: ServerSettings = {
  label: 'main/r1',
  port: 6001,
  maxConnections: 50,
  slowQueryMs: 250,
  tls: { certificate: '/tier/server.crt', key: '/tier/server.key' },
};

const upstream = { port: 6000, username: 'polystore_supervisor', passwordFile: "/a's/up.pgpass", authority: '/ca.crt' };

/** Reads a quoted value of postgresql.conf as PostgreSQL does. */
function read(text: string, name: string): string | undefined {
  const line = text.split('\n').find((candidate) => candidate.startsWith(`${name} = `));
  return line
    ?.slice(name.length + 4, -1)
    .replace(/''|\\(.)/g, (pair, escaped: string | undefined) => escaped ?? pair[0] ?? '');
}

test('a server is named, listens and logs as it was told', () => {
  const text = renderSettings(settings);
  expect(read(text, 'cluster_name')).toBe('main/r1');
  expect(read(text, 'port')).toBe('6001');
  expect(read(text, 'max_connections')).toBe('50');
  expect(read(text, 'log_min_duration_statement')).toBe('250');
  expect(read(text, 'primary_conninfo')).toBeUndefined();
});

test('a replica verifies its primary, and its password is in a file', () => {
  const text = renderSettings({ ...settings, upstream });
  expect(read(text, 'primary_conninfo')).toBe(
    "host='127.0.0.1' port='6000' user='polystore_supervisor' passfile='/a\\'s/up.pgpass' sslmode='verify-full' " +
      "sslrootcert='/ca.crt' application_name='main/r1'",
  );
  expect(text).not.toMatch(/password *=/);
});

test('any path survives the quoting', () => {
  fc.assert(
    fc.property(
      fc.string().filter((path) => !/[\n\r\0]/.test(path)),
      (path) => {
        expect(read(renderSettings({ ...settings, tls: { certificate: path, key: path } }), 'ssl_key_file')).toBe(path);
      },
    ),
  );
});

test('nobody gets in without TLS and a password', () => {
  const lines = renderAccess('polystore_supervisor').trim().split('\n');
  expect(lines.length).toBeGreaterThan(0);
  for (const line of lines) expect(line).toMatch(/^hostssl \S+ \S+ 127\.0\.0\.1\/32 scram-sha-256$/);
});
