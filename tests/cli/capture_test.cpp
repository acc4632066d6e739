// Captures: what is kept, the files that come of it, and who may read them.
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cstdlib>
#include <filesystem>

#include "cli/crypto_capture.hpp"
#include "cli/pcapng.hpp"
#include "cli/text_file.hpp"
#include "fake_backend.hpp"
#include "golden.hpp"
#include "tests/temporary_folder.hpp"
#include "typist.hpp"

namespace {

engine::Secret secret(std::size_t octets, std::uint8_t fill) { return engine::Secret(engine::Bytes(octets, fill)); }
const engine::Algorithm* row(engine::TransformType type, std::uint16_t id, std::uint16_t bits = 0) {
  return engine::find_algorithm(type, id, bits);
}
constexpr auto encryption = engine::TransformType::encryption, integrity = engine::TransformType::integrity;

engine::AddOutbound outbound(std::uint16_t cipher, std::uint16_t bits, const engine::Algorithm* mac) {
  engine::AddOutbound out;
  out.facts.local = {address("203.0.113.10"), 500};
  out.facts.remote = {address("203.0.113.20"), 500};
  out.sa = {{0x5a17},
            row(encryption, cipher, bits),
            mac,
            false,
            secret(row(encryption, cipher, bits)->key_octets, 0xe1),
            mac ? secret(32, 0xa1) : engine::Secret()};
  return out;
}
engine::ExportKeys ike_keys(std::uint8_t fill) {
  return {{0x1111222233334444}, {0xaaaabbbbccccdddd}, row(encryption, 12, 256), row(integrity, 12),
          secret(32, fill),     secret(32, 0xe2),     secret(32, 0xa1),         secret(32, 0xa2)};
}
kernel::CapturedPacket packet(std::size_t octets) { return {1767601815123456, engine::Bytes(octets, 0x45)}; }

struct Capturing {
  std::string log;
  bool listening = false;
  cli::CryptoCapture capture{[this](bool on) {
                               listening = on;
                               return engine::Done{};
                             },
                             [this](unsigned, const std::string& text) { log += text + "\n"; }};
};

class Folder : public TemporaryFolder {
 public:
  mode_t mode(const std::string& file) const {
    struct stat about {};
    EXPECT_EQ(::stat(path(file).c_str(), &about), 0) << file;
    return about.st_mode & 0777;
  }
};

}  // namespace

TEST(Capture, KeepsWhatComesWhileItIsOn) {
  Capturing c;
  c.capture.take(packet(100));
  c.capture.take(ike_keys(0xe1));
  EXPECT_TRUE(c.capture.start("CAP").ok());
  EXPECT_TRUE(c.listening);
  EXPECT_EQ(c.capture.start("CAP").failure().why, "% Capture point CAP is active already");
  EXPECT_EQ(c.capture.start("OTHER").failure().why, "% Capture point CAP exists; 'no monitor capture crypto CAP' removes it");
  c.capture.take(packet(100));
  c.capture.take(ike_keys(0xe1));
  c.capture.take(ike_keys(0xee));
  c.capture.take(outbound(12, 256, row(integrity, 12)));
  EXPECT_TRUE(c.capture.stop("CAP").ok());
  EXPECT_FALSE(c.listening);
  c.capture.take(packet(100));
  c.capture.take(outbound(12, 256, row(integrity, 12)));
  expect_golden("show-monitor-capture-crypto", cli::show_capture(c.capture.state()));
  EXPECT_EQ(c.log, "%BUFCAP-6-ENABLE: Capture Point CAP enabled.\n%BUFCAP-6-DISABLE: Capture Point CAP disabled.\n");
  EXPECT_EQ(c.capture.contents("OTHER").failure().why, "% Capture point OTHER does not exist");
  const auto contents = c.capture.contents("CAP");
  ASSERT_TRUE(contents.ok());
  EXPECT_EQ(contents->packets.size(), 1U);
  ASSERT_EQ(contents->keys.ike.size(), 1U);
  EXPECT_TRUE(contents->keys.ike[0]->ei.equals(secret(32, 0xee).expose())) << "the last keys of an SA";
  EXPECT_TRUE(c.capture.remove("CAP").ok());
  EXPECT_EQ(c.capture.state().packets, 0U);
}

TEST(Capture, EndsWhenItIsFull) {
  Capturing c;
  EXPECT_TRUE(c.capture.start("CAP").ok());
  for (int i = 0; i < 200; ++i) c.capture.take(packet(65000));
  EXPECT_FALSE(c.listening);
  EXPECT_LT(c.capture.state().octets, cli::CryptoCapture::max_octets + 66000);
  EXPECT_NE(c.log.find("disabled, its buffer is full."), std::string::npos);
}

TEST(Capture, TablesAreWiresharks) {
  cli::CapturedKeys keys;
  Capturing c;
  EXPECT_TRUE(c.capture.start("CAP").ok());
  c.capture.take(ike_keys(0xe1));
  c.capture.take(outbound(12, 256, row(integrity, 12)));
  c.capture.take(outbound(20, 128, nullptr));
  c.capture.take(outbound(28, 0, nullptr));
  const auto contents = c.capture.contents("CAP");
  ASSERT_TRUE(contents.ok());
  expect_golden("ikev2-decryption-table", cli::ikev2_decryption_table(contents->keys));
  expect_golden("esp-sa-table", cli::esp_sa_table(contents->keys));
}

/// A new algorithm changes the golden text: whoever adds it sees whether it has a name for Wireshark.
TEST(Capture, WhichAlgorithmsWiresharkKnows) {
  std::string out;
  for (const engine::Algorithm& each : engine::algorithms()) {
    const bool cipher = each.type == encryption;
    if (!cipher && (each.type != integrity || each.id == engine::no_integrity)) continue;
    const engine::Algorithm* aes = row(encryption, 12, 256);
    cli::CapturedKeys keys;
    keys.ike.push_back(std::make_shared<const engine::ExportKeys>(
        engine::ExportKeys{{1}, {2}, cipher ? &each : aes, cipher ? nullptr : &each, secret(1, 1), secret(1, 2), {}, {}}));
    keys.esp.push_back(std::make_shared<const cli::EspKeys>(
        cli::EspKeys{{}, {}, {3}, cipher ? &each : aes, cipher ? nullptr : &each, secret(1, 1), {}}));
    const auto known = [](const std::string& table) { return table.starts_with('#') ? "no" : "yes"; };
    out += std::string(each.debug_name) + ": IKE " + known(cli::ikev2_decryption_table(keys)) + ", ESP " +
           known(cli::esp_sa_table(keys)) + "\n";
  }
  expect_golden("wireshark-algorithms", out);
}

TEST(Capture, AFileIsOneSectionOfRawPackets) {
  const std::string file = cli::pcapng({packet(5)});
  const engine::Bytes octets(file.begin(), file.end());
  EXPECT_EQ(engine::to_hex(octets),
            "0a0d0d0a0000001c1a2b3c4d00010000ffffffffffffffff0000001c"
            "0000000100000014006500000000000000000014"
            "0000000600000028000000000006479fde4b76000000000500000005454545454500000000000028");
}

TEST(Capture, FilesAreTheOwnersAlone) {
  Folder folder;
  const std::string flash = folder.path() + "/flash";
  Capturing c;
  EXPECT_TRUE(c.capture.start("CAP").ok());
  c.capture.take(ike_keys(0xe1));
  const auto contents = c.capture.contents("CAP");
  ASSERT_TRUE(contents.ok());
  EXPECT_TRUE(cli::write_capture(*contents, "flash:cap.pcapng", flash).ok());
  // Again, over files that anybody may read.
  for (const char* each : {"flash/cap.pcapng", "flash/cap.pcapng.keys", "flash/cap.pcapng.keys/esp_sa"})
    std::filesystem::permissions(folder.path() + "/" + each, std::filesystem::perms::all);
  EXPECT_TRUE(cli::write_capture(*contents, "flash:cap.pcapng", flash).ok());
  for (const char* each : {"flash/cap.pcapng", "flash/cap.pcapng.keys/esp_sa", "flash/cap.pcapng.keys/ikev2_decryption_table"})
    EXPECT_EQ(folder.mode(each), 0600U) << each;
  EXPECT_EQ(folder.mode("flash/cap.pcapng.keys"), 0700U);
  std::filesystem::remove(folder.path() + "/flash/cap.pcapng.keys/esp_sa");
  std::filesystem::create_symlink("/tmp/elsewhere", folder.path() + "/flash/cap.pcapng.keys/esp_sa");
  EXPECT_FALSE(cli::write_capture(*contents, "flash:cap.pcapng", flash).ok()) << "keys went through a link";
}

TEST(Capture, AnExportIsToldBeforeItHappens) {
  Folder folder;
  FakeBackend backend;
  backend.flash_folder = folder.path() + "/flash";
  Typist t(backend);
  EXPECT_EQ(t.line("monitor capture crypto CAP export flash:cap.pcapng"), "% Capture point CAP does not exist\n\n");
  EXPECT_EQ(t.line("monitor capture crypto CAP start"), "");
  EXPECT_NE(t.line("show monitor capture crypto").find("Status : Active"), std::string::npos);
  EXPECT_EQ(t.line("monitor capture crypto CAP export flash:cap.pcapng"), "Exported Successfully\n");
  EXPECT_NE(backend.log().show().find("%CRYPTO-4-KEYS_EXPORTED: User operator exports the keys of 0 IKE SAs and 0 IPsec SAs of "
                                      "capture CAP to flash:cap.pcapng"),
            std::string::npos);
  t.line("no monitor capture crypto CAP");
  t.line("disable");
  EXPECT_NE(t.line("monitor capture crypto CAP start").find("% Invalid input"), std::string::npos);
}
