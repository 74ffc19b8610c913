/**
 * The account that the demo writes to: the fields and segments every sandbox starts with. In an
 * account of your own the numbers differ.
 *
 * @module
 */

/** The ids of the fields, by what they hold. The e-mail address is the unicity. */
export const field = {
  civility: 8101,
  lastName: 8102,
  email: 8103,
  phone: 8104,
  birthday: 8105,
  orders: 8106,
  interests: 8107,
} as const

/** The ids of the segments. Targets join and leave `customers` by hand; a query decides on `active`. */
export const segment = { customers: 12346, active: 14105 } as const
