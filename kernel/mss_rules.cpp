#include "kernel/mss_rules.hpp"

#include <nftables/libnftables.h>

#include <algorithm>
#include <memory>

namespace kernel {
namespace {

constexpr const char* mss_table = "inet sallyport_mss";

// The kernel lowers the option and never raises it.
std::string mss_rule(const char* way, const std::string& device, const char* family, std::uint16_t mss) {
  if (mss == 0) return {};
  return std::string(way) + "name \"" + device + "\" meta nfproto " + family +
         " tcp flags & syn == syn tcp option maxseg size set " + std::to_string(mss) + "\n";
}

std::string mss_chain(const char* hook, std::span<const TunnelSpec> tunnels, bool in, bool out) {
  std::string text = std::string("chain ") + hook + " {\ntype filter hook " + hook + " priority mangle; policy accept;\n";
  for (const TunnelSpec& tunnel : tunnels)
    for (const auto& [family, mss] : {std::pair("ipv4", tunnel.mss_v4), std::pair("ipv6", tunnel.mss_v6)}) {
      if (in) text += mss_rule("iif", tunnel.device, family, mss);
      if (out) text += mss_rule("oif", tunnel.device, family, mss);
    }
  return text + "}\n";
}

struct NftFree {
  void operator()(nft_ctx* context) const { nft_ctx_free(context); }
};

}  // namespace

std::string mss_transaction(std::span<const TunnelSpec> tunnels) {
  std::string text = std::string("add table ") + mss_table + "\ndelete table " + mss_table + "\n";
  const bool any = std::ranges::any_of(tunnels, [](const TunnelSpec& each) { return each.mss_v4 != 0 || each.mss_v6 != 0; });
  if (!any) return text;
  text += std::string("table ") + mss_table + " {\n";
  text += mss_chain("forward", tunnels, true, true) + mss_chain("input", tunnels, true, false) +
          mss_chain("output", tunnels, false, true);
  return text + "}\n";
}

engine::Status apply_mss_rules(std::span<const TunnelSpec> tunnels) {
  const std::unique_ptr<nft_ctx, NftFree> context(nft_ctx_new(NFT_CTX_DEFAULT));
  if (!context) return engine::Failure{.cause = engine::Cause::install_failed, .why = "libnftables does not start"};
  nft_ctx_buffer_error(context.get());
  nft_ctx_buffer_output(context.get());
  if (nft_run_cmd_from_buffer(context.get(), mss_transaction(tunnels).c_str()) == 0) return engine::Done{};
  const std::string_view why = nft_ctx_get_error_buffer(context.get());
  return engine::Failure{.cause = engine::Cause::install_failed,
                         .why = "nftables: " + std::string(why.substr(0, why.find('\n')))};
}

}  // namespace kernel
