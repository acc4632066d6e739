// The blocks of routing protocols.
#include "parser/modes/foreign.hpp"
#include "parser/modes/other.hpp"

namespace parser {
namespace {

const Mode& family_interface() {
  static const Mode& mode = foreign_mode("router_af_interface", "config-router-af-interface",
                                         {{"add-paths", "Advertise add paths"},
                                          {"authentication", "authentication subcommands"},
                                          {"bandwidth-percent", "Set percentage of bandwidth percentage limit"},
                                          {"bfd", "Enable Bidirectional Forwarding Detection"},
                                          {"dampening-change", "Percent interface metric must change to cause update"},
                                          {"dampening-interval", "Time in seconds to check interface metrics"},
                                          {"hello-interval", "Configures hello interval"},
                                          {"hold-time", "Configures hold time"},
                                          {"next-hop-self", "Configures EIGRP next-hop-self"},
                                          {"passive-interface", "Suppress address updates on an interface"},
                                          {"shutdown", "Disable Address-Family on interface"},
                                          {"split-horizon", "Perform split horizon"},
                                          {"stub-site", "Enable stub site"},
                                          {"summary-address", "Perform address summarization"}},
                                         foreign_closing("exit-af-interface"));
  return mode;
}

const Mode& family_topology() {
  static const Mode& mode = foreign_mode("router_af_topology", "config-router-af-topology",
                                         {{"auto-summary", "Enable automatic network number summarization"},
                                          {"default-information", "Control distribution of default information"},
                                          {"default-metric", "Set metric of redistributed routes"},
                                          {"distance", "Define an administrative distance"},
                                          {"distribute-list", "Filter entries in eigrp updates"},
                                          {"eigrp", "EIGRP specific commands"},
                                          {"fast-reroute", "Configure Fast-Reroute"},
                                          {"maximum-paths", "Forward packets over multiple paths"},
                                          {"metric", "Modify metrics and parameters for advertisement"},
                                          {"offset-list", "Add or subtract offset from EIGRP metrics"},
                                          {"redistribute", "Redistribute IP routes from other routing protocols"},
                                          {"snmp", "Modify snmp parameters"},
                                          {"summary-metric", "Specify summary to apply metric/filtering"},
                                          {"timers", "Adjust topology specific timers"},
                                          {"traffic-share", "How to compute traffic share over alternate paths"},
                                          {"variance", "Control load balancing variance"}},
                                         foreign_closing("exit-af-topology"));
  return mode;
}

const Mode& router_family() {
  static const Mode& mode = foreign_mode("router_address_family", "config-router-af",
                                         {{"neighbor", "Specify a neighbor router"},
                                          {"network", "Specify a network to announce"},
                                          {"redistribute", "Redistribute information from another routing protocol"},
                                          {"aggregate-address", "Configure aggregate entries"},
                                          {"maximum-paths", "Forward packets over multiple paths"},
                                          {"default-information", "Control distribution of default information"},
                                          {"default-metric", "Set metric of redistributed routes"},
                                          {"distance", "Define an administrative distance"},
                                          {"auto-summary", "Enable automatic network number summarization"},
                                          {"synchronization", "Perform IGP synchronization"},
                                          {"table-map", "Map external entry attributes into routing table"},
                                          {"bgp", "BGP specific commands"},
                                          {"topology", "Topology configuration mode", &family_topology()},
                                          {"af-interface", "Enter Address Family interface configuration", &family_interface()},
                                          {"eigrp", "EIGRP Address Family specific commands"},
                                          {"passive-interface", "Suppress routing updates on an interface"},
                                          {"metric", "Modify metrics and parameters"},
                                          {"summary-address", "Summary"},
                                          {"import", "Import"},
                                          {"export", "Export"},
                                          {"variance", "Control load balancing variance"},
                                          {"router-id", "Router ID"},
                                          {"shutdown", "Shutdown address family"}},
                                         foreign_closing("exit-address-family"));
  return mode;
}

}  // namespace

const Mode& router_mode() {
  static const Mode& mode = foreign_mode("router", "config-router",
                                         {{"address-family", "Enter Address Family command mode", &router_family()},
                                          {"neighbor", "Specify a neighbor router"},
                                          {"network", "Enable routing on an IP network"},
                                          {"redistribute", "Redistribute information from another routing protocol"},
                                          {"passive-interface", "Suppress routing updates on an interface"},
                                          {"router-id", "router-id for this process"},
                                          {"bgp", "BGP specific commands"},
                                          {"auto-summary", "Enable automatic network number summarization"},
                                          {"synchronization", "Perform IGP synchronization"},
                                          {"aggregate-address", "Configure aggregate entries"},
                                          {"area", "area parameters"},
                                          {"log-adjacency-changes", "Log changes in adjacency state"},
                                          {"default-information", "Control distribution of default information"},
                                          {"default-metric", "Set metric of redistributed routes"},
                                          {"distance", "Define an administrative distance"},
                                          {"distribute-list", "Filter networks in routing updates"},
                                          {"maximum-paths", "Forward packets over multiple paths"},
                                          {"timers", "Adjust routing timers"},
                                          {"version", "Set routing protocol version"},
                                          {"eigrp", "EIGRP specific commands"},
                                          {"metric", "Modify metrics and parameters"},
                                          {"offset-list", "Add or subtract offset"},
                                          {"summary-address", "Configure address summaries"},
                                          {"auto-cost", "Calculate interface cost according to bandwidth"},
                                          {"variance", "Control load balancing variance"},
                                          {"no-summary", "No summary"},
                                          {"net", "A Network Entity Title"},
                                          {"is-type", "IS Level for this routing process"},
                                          {"metric-style", "Use old-style or new-style TLVs"},
                                          {"template peer-policy", "Enter template command mode|Policy of peers"},
                                          {"template peer-session", "Enter template command mode|Session with peers"},
                                          {"validate-update-source", "Perform sanity checks"},
                                          {"capability", "Enable specific feature"},
                                          {"max-metric", "Set maximum metric"},
                                          {"nsf", "Non-stop forwarding"},
                                          {"prefix-suppression", "Enable prefix suppression"},
                                          {"bfd all-interfaces", "BFD configuration commands|Enable BFD on all interfaces"},
                                          {"mpls ldp", "Configure MPLS|Configure LDP parameters"},
                                          {"mpls traffic-eng", "Configure MPLS|Routing for traffic engineering"},
                                          {"shutdown", "Shutdown protocol"}});
  return mode;
}

const Mode& route_map_mode() {
  static const Mode& mode = foreign_mode("route_map", "config-route-map",
                                         {{"match", "Match values from routing table"},
                                          {"set", "Set values in destination routing protocol"},
                                          {"continue", "Continue on a different entry within the route-map"},
                                          {"description", "Route-map comment"}});
  return mode;
}

const Mode& ipv6_router_mode() {
  static const Mode& mode = foreign_mode("ipv6_router", "config-rtr", {});
  return mode;
}

}  // namespace parser
