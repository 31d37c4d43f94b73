internal import StandardFilters
internal import WeirGateway

GatewayCommand.main(filters: standardFilters)
