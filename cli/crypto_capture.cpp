#include "cli/crypto_capture.hpp"

#include <algorithm>
#include <utility>

#include "cli/ios_text.hpp"
#include "cli/pcapng.hpp"
#include "cli/text_file.hpp"

namespace cli {
namespace {

constexpr std::size_t octets_of_keys = 512;  // more than a row of either table takes

engine::Failure refusal(std::string why) { return {.cause = engine::Cause::internal_error, .why = std::move(why)}; }

}  // namespace

engine::Status CryptoCapture::known(const std::string& name) const {
  if (name_ != name) return refusal("% Capture point " + escaped(name) + " does not exist");
  return engine::Done{};
}

engine::Status CryptoCapture::start(const std::string& name) {
  if (!name_.empty() && name_ != name)
    return refusal("% Capture point " + escaped(name_) + " exists; 'no monitor capture crypto " + escaped(name_) +
                   "' removes it");
  if (active_) return refusal("% Capture point " + escaped(name) + " is active already");
  if (const auto status = listen_(true); !status.ok()) return refusal("% Capture cannot start: " + status.failure().why);
  name_ = name;
  active_ = true;
  octets_ = 0;
  packets_.clear();
  keys_ = {};
  log_(6, "%BUFCAP-6-ENABLE: Capture Point " + escaped(name_) + " enabled.");
  return engine::Done{};
}

void CryptoCapture::end(const std::string& why) {
  if (!std::exchange(active_, false)) return;
  (void)listen_(false);
  log_(6, "%BUFCAP-6-DISABLE: Capture Point " + escaped(name_) + " disabled" + why + ".");
}

engine::Status CryptoCapture::stop(const std::string& name) {
  if (auto status = known(name); !status.ok()) return status;
  if (!active_) return refusal("% Capture point " + escaped(name) + " is not active");
  end({});
  return engine::Done{};
}

engine::Status CryptoCapture::remove(const std::string& name) {
  if (auto status = known(name); !status.ok()) return status;
  end({});
  name_.clear();
  octets_ = 0;
  packets_ = {};
  keys_ = {};
  return engine::Done{};
}

engine::Result<CaptureContents> CryptoCapture::contents(const std::string& name) const {
  if (auto status = known(name); !status.ok()) return status.failure();
  return CaptureContents{packets_, keys_};
}

CaptureState CryptoCapture::state() const {
  return {name_, active_, packets_.size(), octets_, keys_.ike.size(), keys_.esp.size()};
}

void CryptoCapture::count(std::size_t octets) {
  octets_ += octets;
  if (octets_ >= max_octets) end(", its buffer is full");
}

void CryptoCapture::take(kernel::CapturedPacket packet) {
  if (!active_) return;
  const std::size_t octets = packet.octets.size() + sizeof packet;
  packets_.push_back(std::move(packet));
  count(octets);
}

void CryptoCapture::take(engine::ExportKeys keys) {
  if (!active_) return;
  auto row = std::make_shared<const engine::ExportKeys>(std::move(keys));
  // Wireshark knows one set of keys an SA: the last one, which protects all but IKE_INTERMEDIATE.
  const auto before = std::find_if(keys_.ike.begin(), keys_.ike.end(),
                                   [&](const auto& each) { return each->spi_i == row->spi_i && each->spi_r == row->spi_r; });
  if (before != keys_.ike.end()) {
    *before = std::move(row);
    return;
  }
  keys_.ike.push_back(std::move(row));
  count(octets_of_keys);
}

void CryptoCapture::take(const engine::SocketAddress& source, const engine::SocketAddress& destination,
                         const engine::SaParameters& sa) {
  if (!active_) return;
  keys_.esp.push_back(std::make_shared<const EspKeys>(EspKeys{source.ip, destination.ip, sa.spi, sa.encryption, sa.integrity,
                                                              sa.key_encryption.duplicate(), sa.key_integrity.duplicate()}));
  count(octets_of_keys);
}

engine::Status write_capture(const CaptureContents& contents, const std::string& file, const std::string& flash) {
  if (auto status = write_text_file(file, flash, pcapng(contents.packets), FileMode::replace); !status.ok()) return status;
  const std::string folder = file + ".keys";
  if (auto status = make_folder(folder, flash); !status.ok()) return status;
  const std::pair<const char*, std::string> inside[] = {{"ikev2_decryption_table", ikev2_decryption_table(contents.keys)},
                                                        {"esp_sa", esp_sa_table(contents.keys)},
                                                        {"preferences", "esp.enable_encryption_decode: TRUE\n"}};
  for (const auto& [name, text] : inside)
    if (auto status = write_text_file(folder, name, flash, text); !status.ok()) return status;
  return engine::Done{};
}

std::string show_capture(const CaptureState& state) {
  if (state.name.empty()) return {};
  return "Status Information for Capture " + state.name +
         "\n  Target Type: IKE and ESP of all interfaces\n  Status : " + (state.active ? "Active" : "Inactive") +
         "\n  Buffer Details:\n   Buffer Type: LINEAR\n   Buffer Size (in MB): " +
         std::to_string(CryptoCapture::max_octets >> 20) + "\n   Packets: " + std::to_string(state.packets) +
         "\n   Octets: " + std::to_string(state.octets) +
         "\n  Keys of SAs made since it began:\n   IKE SAs: " + std::to_string(state.ike_sas) +
         "\n   IPsec SAs: " + std::to_string(state.esp_sas) + "\n";
}

}  // namespace cli
