import HelloFilter
import StandardFilters
import WeirGateway

GatewayCommand.main(filters: standardFilters + [FilterType(Hello.self)])
