import { z } from 'zod';
import type { ExistingVpc, NewVpc } from './vpc';
import { oneOf, options, text } from '../shape/option';

const newVpcOptions = options('newVpc({ … })', {
  kind: z.literal('newVpc').meta({ allowed: 'newVpc({ … })' }),
  cidr: text("IPv4 block such as '10.0.0.0/16'").optional(),
} satisfies Record<keyof NewVpc, z.ZodType>);

const existingVpcOptions = options('existingVpc({ … })', {
  kind: z.literal('existingVpc').meta({ allowed: 'existingVpc({ … })' }),
  vpcId: text("id of a VPC such as 'vpc-0a1b2c3d4e5f60718'", /^vpc-([0-9a-f]{8}|[0-9a-f]{17})$/),
  dataSubnetIds: z
    .array(text("id of a subnet such as 'subnet-0a1b2c3d4e5f60718'", /^subnet-([0-9a-f]{8}|[0-9a-f]{17})$/))
    .meta({ allowed: 'list of ids of subnets, one in each zone of the stage' }),
  endpoints: oneOf('provided', 'create'),
  dataRouteTableIds: z
    .array(text("id of a route table such as 'rtb-0a1b2c3d4e5f60718'", /^rtb-([0-9a-f]{8}|[0-9a-f]{17})$/))
    .min(1)
    .meta({ allowed: 'list of ids of route tables, one at least' })
    .optional(),
} satisfies Record<keyof ExistingVpc, z.ZodType>);

/** What may be written as the network of a tier or a stage. */
export const networkOptions = z
  .discriminatedUnion('kind', [newVpcOptions, existingVpcOptions])
  .meta({ allowed: 'newVpc({ … }) or existingVpc({ … })' });

/** A network as it was read. */
export type NetworkOptions = z.infer<typeof networkOptions>;
