/**
 * Key words that PostgreSQL 17 reserves; RDS refuses a database named like one.
 * Read with `SELECT word FROM pg_get_keywords() WHERE catcode = 'R'`.
 * @see https://docs.aws.amazon.com/AmazonRDS/latest/APIReference/API_CreateDBInstance.html (DBName)
 */
const RESERVED_KEYWORDS = (
  'all analyse analyze and any array as asc asymmetric both case cast check collate column constraint create ' +
  'current_catalog current_date current_role current_time current_timestamp current_user default deferrable desc ' +
  'distinct do else end except false fetch for foreign from grant group having in initially intersect into lateral ' +
  'leading limit localtime localtimestamp not null offset on only or order placing primary references returning select ' +
  'session_user some symmetric system_user table then to trailing true union unique user using variadic when where ' +
  'window with'
).split(' ');

/**
 * Names that a database of a store can't have: those that every server is born with, those that AWS refuses, key words.
 * @see https://github.com/aws-cloudformation/cfn-lint/pull/4425 (`admin`, `rdsadmin`: tried on AWS)
 */
export const RESERVED_DATABASE_NAMES: ReadonlySet<string> = new Set([
  ...RESERVED_KEYWORDS,
  'postgres',
  'template0',
  'template1',
  'admin',
  'rdsadmin',
]);

/**
 * Names that a role of a service can't have: those that every server is born with, those that AWS uses, PostgreSQL's pseudo roles.
 * @see https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/Appendix.PostgreSQL.CommonDBATasks.Roles.html
 */
export const RESERVED_ROLE_NAMES: ReadonlySet<string> = new Set([
  'postgres',
  'admin',
  'rdsadmin',
  'rdsproxyadmin',
  'rdsrepladmin',
  'rdstopmgr',
  'rdswriteforwarduser',
  'public',
  'none',
]);
