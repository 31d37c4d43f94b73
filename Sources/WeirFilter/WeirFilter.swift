// What a filter needs of the base, heads, fields, bytes and time, comes with the contract.
@_exported public import WeirBase
