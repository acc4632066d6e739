// The texts of `show`: pure functions from values to text, one value type and one function a command. Layouts, trailing
// blanks included, are those of IOS-XE 16.12; scripts and parsers rely on them.
#pragma once

#include <deque>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <unordered_map>
#include <vector>

#include "cli/ios_text.hpp"
#include "cli/recorder.hpp"
#include "engine/event.hpp"
#include "engine/view.hpp"
#include "kernel/data_plane.hpp"
#include "kernel/interfaces.hpp"
#include "parser/parser.hpp"

namespace cli {

/// What went through a policy line since it is there, on SAs that are gone too.
struct LineTraffic {
  std::uint64_t in = 0, out = 0, packets_in = 0, packets_out = 0;  // octets, octets, packets, packets
};

/// What was sent on an SA since something came back on it last.
struct Unanswered {
  std::uint64_t packets = 0;
  engine::Duration since{0};
};

/// Everything a `show crypto` may need, as values taken at one moment.
struct ShowFacts {
  engine::View view;
  std::unordered_map<engine::ChildSaId, kernel::ChildCounters> counters;
  std::unordered_map<engine::ChildSaId, kernel::ChildCounters> cleared;  // what they were at `clear crypto sa counters`
  std::unordered_map<engine::ChildSaId, Unanswered> unanswered;          // where nothing comes back
  std::uint64_t unknown_spi = 0;                                         // ESP packets of no SA, on all interfaces
  std::map<std::string, std::uint64_t> clear_dropped;  // by interface: packets in clear that had to be protected
  std::vector<engine::InterfaceState> interfaces;
  IkeCounters ike, ike_totals;  // since they were cleared, and since the start
  engine::AdmissionLimits limits;
  std::unordered_map<engine::PolicyLineId, LineTraffic> traffic;  // where all SAs were asked for
  std::shared_ptr<const engine::Config> config;                   // that the lines come from
};

/// Of a line, in a view that outlives it.
struct ServingChild {
  const engine::ChildSaView* sa = nullptr;
  const engine::IkeSaView* ike = nullptr;
};
/// The Child SAs of each line, newest last.
using ServingChildren = std::unordered_map<engine::PolicyLineId, std::vector<ServingChild>>;
ServingChildren children_by_line(const engine::View& view);

/// What the Child SAs of a line carry of it, where none carries all; empty: one does, or there are none.
std::string narrowed_to(const engine::PolicyLineView& line, const std::vector<ServingChild>& children);

/// What is shown of an SA's counters: since they were cleared.
kernel::ChildCounters counted(const ShowFacts& facts, engine::ChildSaId child);

/// Whether a show with these options has the SA or line.
bool wanted(const engine::IkeSaView& sa, const parser::ShowIkev2Sa& options);
bool wanted(const engine::PolicyLineView& line, const parser::ShowIpsecSa& options);

std::string show_ikev2_sa(const engine::View& view, const parser::ShowIkev2Sa& options);
std::string show_ikev2_session(const engine::View& view, const parser::ShowIkev2Session& options);
/// What is left of a Child SA's lifetime in one direction, `bytes` being what went through.
struct LifeLeft {
  std::optional<std::uint64_t> kilobytes;  // not given: volume does not count
  std::uint64_t seconds = 0;
};
LifeLeft life_left(const engine::ChildSaView& sa, std::uint64_t bytes);

/// The largest packet that fits into one ESP packet of the SA on the interface it leaves by, in octets.
unsigned plaintext_mtu(const ShowFacts& facts, const engine::PolicyLineView& line, const engine::IkeSaView& ike,
                       const engine::ChildSaView& sa);
std::string show_ipsec_sa(const ShowFacts& facts, const parser::ShowIpsecSa& options);
/// `configuration` has the descriptions of the peers.
std::string show_crypto_session(const ShowFacts& facts, const parser::Configuration& configuration,
                                const parser::ShowCryptoSession& options);
/// Every entry of the configuration, incomplete ones with their warning.
std::string show_crypto_map(const parser::Configuration& configuration, const engine::View& view,
                            const parser::ShowCryptoMap& options = {});

/// Proposals, policies, profiles, transform sets, lifetimes, as configured; the built-in ones that are in force too.
std::string show_crypto_objects(const engine::View& view, const parser::Configuration& configuration,
                                const parser::ShowCryptoObjects& options);
/// What is configured for IKEv1, which has no SA here; keys are hidden.
std::string show_isakmp(const parser::Configuration& configuration, const parser::ShowIsakmp& options);
/// How many IPsec SAs there are, each direction one.
std::string show_ipsec_sa_count(const engine::View& view);

/// A row of `show ip interface brief`. `device` is the Linux device behind it; empty: none.
struct InterfaceRow {
  std::string name, device;
  std::string address;  // text; empty: unassigned
  std::string method;   // unset, manual, NVRAM
  std::string status;   // up, down, administratively down
  bool protocol_up = false;
  unsigned prefix_length = 0;  // of `address`
  std::uint32_t mtu = 1500;
};
/// `listed` adds the mapping to Linux devices below the table: a column more would break the parsers of the table.
enum class DeviceMapping { hidden, listed };
std::string show_ip_interface_brief(const std::vector<InterfaceRow>& rows, DeviceMapping mapping);

/// Pools of one family with their ranges; with a name, of that one who has which address.
std::string show_local_pool(const engine::View& view, const parser::ShowLocalPool& options);

/// What is known of an interface; what the kernel does not count, IOS's lines on queues and rates, is left out.
std::string show_interface(const InterfaceRow& row, const kernel::DeviceCounters& counters,
                           const parser::Configuration& configuration);

/// "0200.5e00.5301" of 02:00:5e:00:53:01, zeros of nothing.
std::string ios_mac(const std::string& address);

/// A row of `show interfaces description`, and what stands above the first.
inline constexpr const char* interface_descriptions_title =
    "Interface                      Status         Protocol Description\n";
std::string show_interface_description(const InterfaceRow& row, const parser::Configuration& configuration);

/// How many packets the data plane has sent protected by each line: by the list's name and the line as configured, without
/// number and with single blanks.
using AccessListHits = std::map<std::pair<std::string, std::string>, std::uint64_t>;
AccessListHits access_list_hits(const ShowFacts& facts);
/// Lines as configured, with their hits.
std::string show_access_lists(const parser::Configuration& configuration, const AccessListHits& hits,
                              const parser::ShowAccessLists& options);

/// What `show version` says of this router and the host it runs on.
struct SystemFacts {
  std::string hostname;
  std::string kernel, machine;  // as uname tells: 6.1.0, x86_64
  std::uint64_t memory_kilobytes = 0;
  std::size_t interfaces = 0;
  engine::Duration uptime{0};
};
std::string show_version(const SystemFacts& facts);

/// The lines of the file that were not accepted, then what applying the others would do, an SA a line.
std::string show_impact(const std::vector<engine::SaImpact>& impact, const std::vector<parser::LineReport>& lines);

std::string show_history(const std::deque<std::string>& lines);

}  // namespace cli
