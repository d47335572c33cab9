import { Construct } from 'constructs';
import { ClientRules, type ClientGroup, type DatabaseClient, type ServerAccess } from './client-rules';

/** A consumer of databases that has a security group already: it gets rules, and the group stays its owner's. */
export class ExistingClient extends Construct implements DatabaseClient {
  readonly securityGroupId: string;
  readonly ownerAccount?: string;
  private readonly rules: ClientRules;

  constructor(scope: Construct, id: string, group: ClientGroup) {
    super(scope, id);
    this.securityGroupId = group.securityGroupId;
    if (group.ownerAccount !== undefined) this.ownerAccount = group.ownerAccount;
    this.rules = new ClientRules(this, group);
  }

  allowTo(server: ServerAccess): void {
    this.rules.allowTo(server);
  }

  allowToEndpoints(endpoints: Pick<ServerAccess, 'securityGroup'>): void {
    this.rules.allowToEndpoints(endpoints);
  }

  allowToPrefixList(prefixListId: string): void {
    this.rules.allowToPrefixList(prefixListId);
  }
}
