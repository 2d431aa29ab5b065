/**
 * The plan of every query: one range, nothing left for the client to merge.
 *
 * The store answers any query whole, from its one physical partition, so the SDK has no aggregates to add up and
 * no streams to sort; the plan only has to say so.
 *
 * @see https://learn.microsoft.com/azure/cosmos-db/nosql/query-metrics for where the SDKs use plans
 */
export const QUERY_PLAN = {
  partitionedQueryExecutionInfoVersion: 2,
  queryInfo: {
    distinctType: 'None',
    top: null,
    offset: null,
    limit: null,
    orderBy: [],
    orderByExpressions: [],
    groupByExpressions: [],
    groupByAliases: [],
    aggregates: [],
    groupByAliasToAggregateType: {},
    rewrittenQuery: '',
    hasSelectValue: false,
    hasNonStreamingOrderBy: false,
    dCountInfo: null,
  },
  queryRanges: [{ min: '', max: 'FF', isMinInclusive: true, isMaxInclusive: false }],
} as const
