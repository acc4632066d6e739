// Keys of type 6: sealed and opened, by which master key, and what is said where there is none.
#include "parser/secrets.hpp"

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <iterator>
#include <random>

#include "parser/compile.hpp"
#include "parser/configuration.hpp"
#include "parser/database.hpp"
#include "parser/secret_hash.hpp"
#include "parser/type7.hpp"

namespace parser {
namespace {

class SeededRandom final : public engine::Rng {
 public:
  void fill(std::span<std::uint8_t> out) override {
    for (auto& octet : out) octet = static_cast<std::uint8_t>(twister_());
  }

 private:
  std::mt19937 twister_{7};
};

const std::string site =
    "crypto ikev2 keyring K\n peer A\n  address 192.0.2.1\n  pre-shared-key Clear-Key-1\n peer B\n  address 192.0.2.2\n"
    "  pre-shared-key local hex 00ff10\n  pre-shared-key remote 0 Clear-Key-2\n"
    "crypto ikev2 profile P\n match identity remote any\n authentication remote pre-share key Clear-Key-3\n"
    " authentication local pre-share\n keyring local K\n";

Configuration parse(const std::string& text, const Configuration& start = {}) {
  const ApplyResult result = parser::apply(start, text);
  for (const LineReport& line : result.lines) EXPECT_NE(line.verdict, Verdict::refused) << line.text << "\n" << line.answer;
  return result.configuration;
}

bool has_clear_key(const Configuration& configuration) {
  const std::string text = running_config(configuration);
  return text.find("Clear-Key") != std::string::npos || text.find("00ff10") != std::string::npos;
}

std::vector<std::string> key_warnings(const Compiled& compiled) {
  std::vector<std::string> out;
  for (const std::string& warning : compiled.warnings)
    if (warning.find("key") != std::string::npos && warning.find("type 6") != std::string::npos) out.push_back(warning);
  return out;
}

/// The octets of every key of the configuration's keyring peers, in order; empty where one cannot be used.
std::vector<std::string> octets(const Compiled& compiled) {
  std::vector<std::string> out;
  for (const auto& profile : compiled.config->profiles)
    for (const auto& peer : profile->keyring->peers)
      for (const engine::KeyRef ref : {peer.local_key, peer.remote_key}) {
        const engine::Secret* key = compiled.keys->find(ref);
        out.push_back(key ? engine::to_hex(key->expose()) : "");
      }
  return out;
}

TEST(Secrets, SealedKeysOpenUnderTheirMasterKeyOnly) {
  SeededRandom random;
  const MasterKeys keys = MasterKeys().changed_to("correct horse");
  for (const std::string text : {"x", "Clear-Key", "fifteen-octets!", "sixteen-octets!!", "p\x80ss"}) {
    KeyText clear;
    clear.text = text;
    const std::string sealed = keys.seal(clear, random);
    EXPECT_EQ(sealed.find(text), std::string::npos);
    EXPECT_EQ(keys.open(sealed), clear);
    EXPECT_FALSE(MasterKeys().changed_to("another one").open(sealed));
    EXPECT_FALSE(MasterKeys().open(sealed));
    EXPECT_NE(keys.seal(clear, random), sealed) << "the same octets twice";
    for (std::size_t at = 0; at < sealed.size(); at += 7) {
      std::string bad = sealed;
      bad[at] = bad[at] == '0' ? '1' : '0';
      EXPECT_FALSE(keys.open(bad)) << at;
    }
  }
  for (const char* bad : {"", "0", "01", "01zz", "0100", "02"}) EXPECT_FALSE(keys.open(bad)) << bad;
}

TEST(Secrets, PasswordEncryptionAesSealsEveryKeyAndTheyAreUsed) {
  SeededRandom random;
  const MasterKeys keys = MasterKeys().changed_to("correct horse");
  const Configuration clear = parse(site), on = parse("password encryption aes\n", clear);
  EXPECT_EQ(protect(clear, {}, keys, random), clear) << "not asked for";
  EXPECT_EQ(protect(on, {}, MasterKeys(), random), on) << "no master key";
  const Configuration sealed = protect(on, {}, keys, random);
  EXPECT_FALSE(has_clear_key(sealed)) << running_config(sealed);
  EXPECT_EQ(parse(running_config(sealed)), sealed);
  EXPECT_EQ(octets(compile(sealed, nullptr, &keys)), octets(compile(clear, nullptr)));
  EXPECT_EQ(key_warnings(compile(sealed, nullptr, &keys)), std::vector<std::string>());
  EXPECT_EQ(protect(sealed, sealed, keys, random), sealed) << "what is sealed stays as it is";
  // A new peer among the old ones: only its key is sealed.
  const Configuration more =
      protect(parse("crypto ikev2 keyring K\n peer C\n  pre-shared-key Clear-Key-9\n", sealed), sealed, keys, random);
  EXPECT_FALSE(has_clear_key(more));
  EXPECT_EQ(parse("crypto ikev2 keyring K\n no peer C\n", more), sealed);
}

const std::string passwords =
    "enable password Clear-Key-1\nusername U password 0 Clear-Key-2\nusername V secret 9 $9$hash\n"
    "crypto isakmp key Clear-Key-3 address 192.0.2.1\nradius server R\n key Clear-Key-4\nline con 0\n password Clear-Key-5\n";

/// What stands behind `before` in the configuration's text, one word.
std::string word_behind(const Configuration& configuration, const std::string& before) {
  const std::string text = running_config(configuration);
  const std::size_t at = text.find(before);
  if (at == std::string::npos) return "missing: " + before;
  return text.substr(at + before.size(), text.find_first_of(" \n", at + before.size()) - at - before.size());
}

TEST(Secrets, ServicePasswordEncryptionWritesType7) {
  SeededRandom random;
  const Configuration off = parse(passwords), on = parse("service password-encryption\n", off);
  EXPECT_EQ(protect(off, {}, MasterKeys(), random), off);
  const Configuration hidden = protect(on, {}, MasterKeys(), random);
  EXPECT_EQ(type7_decoded(word_behind(hidden, "enable password 7 ")), "Clear-Key-1");
  EXPECT_EQ(type7_decoded(word_behind(hidden, "username U password 7 ")), "Clear-Key-2");
  EXPECT_EQ(word_behind(hidden, "username V secret 9 "), "$9$hash");
  EXPECT_EQ(word_behind(hidden, "crypto isakmp key "), "Clear-Key-3") << "keys of peers have no type 7";
  EXPECT_EQ(type7_decoded(word_behind(hidden, " key 7 ")), "Clear-Key-4");
  EXPECT_EQ(type7_decoded(word_behind(hidden, " password 7 ")), "Clear-Key-1");
  EXPECT_EQ(parse(running_config(hidden)), hidden);
  EXPECT_EQ(protect(hidden, hidden, MasterKeys(), random), hidden);
  EXPECT_EQ(protect(parse(passwords, hidden), hidden, MasterKeys(), random), hidden) << "the same lines again change nothing";
  EXPECT_EQ(parse("no service password-encryption\n", hidden).data().root.find<ServicePasswordEncryption>(), nullptr);
}

TEST(Secrets, Type6GoesBeforeType7) {
  SeededRandom random;
  const MasterKeys keys = MasterKeys().changed_to("correct horse");
  const Configuration clear = parse("service password-encryption\npassword encryption aes\n" + passwords);
  const Configuration sealed = protect(clear, {}, keys, random);
  EXPECT_FALSE(has_clear_key(sealed)) << running_config(sealed);
  EXPECT_EQ(keys.open(word_behind(sealed, "username U password 6 ")).value_or(KeyText{}).text, "Clear-Key-2");
  EXPECT_EQ(keys.open(word_behind(sealed, "crypto isakmp key 6 ")).value_or(KeyText{}).text, "Clear-Key-3");
  EXPECT_EQ(parse(running_config(sealed)), sealed);
  EXPECT_EQ(protect(sealed, sealed, keys, random), sealed);
  EXPECT_EQ(type7_decoded(word_behind(protect(clear, {}, MasterKeys(), random), "username U password 7 ")), "Clear-Key-2")
      << "without a master key there is no type 6";
}

TEST(Secrets, Type7IsWhatRoutersPrint) {
  EXPECT_EQ(type7_decoded("070C285F4D06"), "cisco");
  EXPECT_EQ(type7_decoded("0822455D0A16"), "cisco");
  for (const std::string text : {"a", "cisco", "a password of more than fifty-three characters, which is the text's length"})
    EXPECT_EQ(type7_decoded(type7_encoded(text)), text);
  for (const char* bad : {"", "07", "070", "160C285F4D06", "070C285F4D0", "070C285F4D0G", "x70C", "-10C"})
    EXPECT_FALSE(type7_decoded(bad)) << bad;
  const auto refused = [](const std::string& line) {
    ConfigSession session{Configuration{}};
    return session.line(line).answer;
  };
  EXPECT_TRUE(refused("enable password 7 Clear-Key").starts_with("% Invalid password of type 7"))
      << refused("enable password 7 x");
  EXPECT_EQ(refused("enable password 7 070C285F4D06").find("Invalid"), std::string::npos);
}

TEST(Secrets, StandNowhereButInRunningConfig) {
  const Configuration configuration = parse(passwords + "router bgp 1\n neighbor 192.0.2.1 password Clear-Key-6\n");
  for (const auto& line : configuration.data().root.children) {
    EXPECT_EQ(shown_text(*line).find("Clear-Key"), std::string::npos) << shown_text(*line);
    for (const Column& column : columns(*line)) {
      const auto* text = std::get_if<std::string>(&column.value);
      EXPECT_TRUE(!text || text->find("Clear-Key") == std::string::npos) << shown_text(*line);
    }
    for (const auto& inner : line->children) EXPECT_EQ(shown_text(*inner).find("Clear-Key"), std::string::npos);
  }
}

TEST(Secrets, AKeyOfRfc8784AndAPasswordOfEapAreSealedAsOthersAre) {
  SeededRandom random;
  const MasterKeys keys = MasterKeys().changed_to("correct horse");
  const Configuration clear = parse(
      "password encryption aes\ncrypto ikev2 keyring K\n peer A\n  ppk manual id I key Clear-Key-1\n"
      "crypto ikev2 profile P\n authentication local eap mschapv2 username U password Clear-Key-2\n");
  const Configuration sealed = protect(clear, {}, keys, random);
  EXPECT_FALSE(has_clear_key(sealed)) << running_config(sealed);
  EXPECT_EQ(parse(running_config(sealed)), sealed);
}

TEST(Secrets, StandInsAreInThePlaceOfEveryKeyAndTellThemApart) {
  SeededRandom random;
  const MasterKeys keys = MasterKeys().changed_to("correct horse");
  const Configuration clear = parse("password encryption aes\n" + site + passwords +
                                    "router bgp 1\n neighbor 192.0.2.1 password Clear-Key-6\n"
                                    "crypto ikev2 keyring L\n peer A\n  address 192.0.2.9\n  pre-shared-key Clear-Key-1\n");
  for (const Configuration& configuration : {clear, protect(clear, {}, keys, random)}) {
    const Configuration without = with_stand_ins(configuration, keys);
    EXPECT_FALSE(has_clear_key(without)) << running_config(without);
    EXPECT_EQ(running_config(without).find("hash"), std::string::npos);
    EXPECT_EQ(parse(running_config(without)), without);
    const auto before = octets(compile(clear, nullptr)), after = octets(compile(without, nullptr));
    ASSERT_EQ(before.size(), after.size());
    for (std::size_t i = 0; i < before.size(); ++i)
      for (std::size_t j = 0; j < i; ++j) EXPECT_EQ(before[i] == before[j], after[i] == after[j]);
  }
}

TEST(Secrets, AnotherMasterKeySealsAnewAndAMissingOneIsSaid) {
  SeededRandom random;
  const MasterKeys first = MasterKeys().changed_to("correct horse"), second = first.changed_to("battery staple");
  const Configuration clear = parse("password encryption aes\n" + site);
  const Configuration old = protect(clear, {}, first, random), anew = protect(old, {}, second, random);
  EXPECT_NE(old, anew);
  const MasterKeys only_second = MasterKeys().changed_to("battery staple");
  EXPECT_EQ(octets(compile(anew, nullptr, &only_second)), octets(compile(clear, nullptr)));
  EXPECT_EQ(octets(compile(old, nullptr, &second)), octets(compile(clear, nullptr))) << "an old revision can still be read";

  const auto wrong = key_warnings(compile(old, nullptr, &only_second));
  ASSERT_EQ(wrong.size(), 4u);
  EXPECT_EQ(wrong[1].find("crypto ikev2 keyring K peer A: the key is of type 6 and was encrypted under another master key"), 0u)
      << wrong[1];
  const auto missing = key_warnings(compile(old, nullptr, nullptr));
  ASSERT_EQ(missing.size(), 4u);
  EXPECT_EQ(missing[1].find("crypto ikev2 keyring K peer A: the key is of type 6 and there is no master key"), 0u) << missing[1];
}

TEST(Secrets, TheMasterKeyIsStoredWithTheConfigurationItSealed) {
  const std::string path =
      (std::filesystem::temp_directory_path() / ("sallyport-secrets-" + std::to_string(::getpid()))).string();
  SeededRandom random;
  const MasterKeys keys = MasterKeys().changed_to("correct horse");
  const Configuration sealed = protect(parse("password encryption aes\n" + site), {}, keys, random);
  {
    Database db(path, "boot-1");
    EXPECT_FALSE(db.master_keys().present());
    ASSERT_TRUE(db.commit_running(sealed, {.user = "tester"}, {.master = &keys}).ok());
  }
  {
    Database db(path, "boot-1");
    const MasterKeys read = db.master_keys();
    const Configuration loaded = db.load();
    EXPECT_EQ(key_warnings(compile(loaded, nullptr, &read)), std::vector<std::string>());
  }
  for (const char* end : {"", "-wal", "-shm"}) std::filesystem::remove(path + end);
}

/// What `line` is stored as.
std::string kept_as(const std::string& line) {
  SeededRandom random;
  return config_line(*protect(parse(line + "\n"), {}, MasterKeys(), random).data().root.children.front());
}

TEST(Secrets, UsersAndEnableAreKeptAsHashes) {
  const auto kept_hash = [](const std::string& line, const std::string& begins) {
    const std::string text = kept_as(line);
    EXPECT_TRUE(text.starts_with(begins)) << text;
    EXPECT_EQ(text.find("Clear-Key"), std::string::npos) << text;
    return is_hash_of(std::string_view(text).substr(begins.size()).substr(0, text.find(' ', begins.size()) - begins.size()),
                      "Clear-Key");
  };
  EXPECT_TRUE(kept_hash("enable secret Clear-Key", "enable secret 9 "));
  EXPECT_TRUE(kept_hash("enable secret level 5 0 Clear-Key", "enable secret level 5 9 "));
  EXPECT_TRUE(kept_hash("enable algorithm-type md5 secret Clear-Key", "enable secret 5 "));
  EXPECT_TRUE(kept_hash("username U secret 0 Clear-Key", "username U secret 9 "));
  EXPECT_TRUE(kept_hash("username U privilege 15 algorithm-type sha256 secret Clear-Key", "username U privilege 15 secret 8 "));
  EXPECT_TRUE(kept_hash("username U algorithm-type scrypt secret Clear-Key autocommand show clock", "username U secret 9 "));
  for (const std::string given : {"username U secret 9 $9$hash", "enable secret 5 $1$abcd$x", "username U secret 4 x"})
    EXPECT_EQ(kept_as(given), given) << "a hash stays";

  SeededRandom random;
  const Configuration hashed = protect(parse("username U secret Clear-Key\nenable secret Clear-Key\n"), {}, MasterKeys(), random);
  EXPECT_EQ(parse(running_config(hashed)), hashed);
  EXPECT_EQ(protect(hashed, {}, MasterKeys(), random), hashed);
  const Configuration another = protect(parse("username U secret Another\nenable algorithm-type md5 secret Another\n", hashed),
                                        hashed, MasterKeys(), random);
  EXPECT_EQ(another.data().root.children.size(), 2u) << "one secret takes the place of the other\n" << running_config(another);
}

TEST(Secrets, HashesAreThoseThatOthersMake) {
  // The example hashes of hashcat's modes 500, 9200 and 9300.
  EXPECT_TRUE(is_hash_of("$1$28772684$iEwNOgGugqO9.bIz5sk8k/", "hashcat"));
  EXPECT_TRUE(is_hash_of("$8$TnGX/fE4KGHOVU$pEhnEvxrvaynpi8j4f.EMHr6M.FzU8xnZnBr/tJdFWk", "hashcat"));
  EXPECT_TRUE(is_hash_of("$9$2MJBozw/9R3UsU$2lFhcKvpghcyw8deP25GOfyZaagyUOGBymkryvOdfo6", "hashcat"));
  EXPECT_FALSE(is_hash_of("$9$2MJBozw/9R3UsU$2lFhcKvpghcyw8deP25GOfyZaagyUOGBymkryvOdfo6", "hashcat2"));
  for (const char* none : {"", "$", "$9$", "$9$salt", "$7$salt$x", "hashcat"}) EXPECT_FALSE(is_hash_of(none, "hashcat")) << none;
}

TEST(Secrets, EveryKeyThatMayBeOfType6IsSealed) {
  SeededRandom random;
  const MasterKeys keys = MasterKeys().changed_to("correct horse");
  const std::string all =
      "password encryption aes\n"
      "crypto ikev2 keyring K\n peer A\n  address 192.0.2.1\n  pre-shared-key Clear-Key\n  ppk manual id I key Clear-Key "
      "required\n"
      " peer B\n  address 192.0.2.2\n  pre-shared-key Clear-Key\n  ppk manual id J key hex 00ff10\n"
      "tacacs server T\n key Clear-Key\nradius server R\n key Clear-Key\n pac key Clear-Key\n"
      "aaa group server radius G\n server-private 192.0.2.3 key Clear-Key\n"
      "aaa group server tacacs+ H\n server-private 192.0.2.3 key Clear-Key\n"
      "aaa server radius dynamic-author\n client 192.0.2.4 server-key Clear-Key\n server-key Clear-Key\n"
      "radius-server host 192.0.2.5 key Clear-Key\nradius-server key Clear-Key\n"
      "tacacs-server host 192.0.2.5 key Clear-Key\ntacacs-server key Clear-Key\n"
      "crypto isakmp key Clear-Key address 192.0.2.1\n"
      "crypto keyring L\n pre-shared-key address 192.0.2.1 key Clear-Key\n"
      "crypto isakmp client configuration group C\n key Clear-Key\n"
      "crypto skip-client S\n server ipv4 192.0.2.9 port 443\n psk id I key Clear-Key\n"
      "key chain C\n key 1\n  key-string Clear-Key\n"
      "crypto ikev2 profile P\n authentication local eap mschapv2 username U password Clear-Key\n"
      " aaa authorization group psk list L default password Clear-Key\n keyring aaa L password Clear-Key\n"
      "line con 0\n password Clear-Key\n";
  const Configuration sealed = protect(parse(all), {}, keys, random);
  EXPECT_FALSE(has_clear_key(sealed)) << running_config(sealed);
  EXPECT_EQ(parse(running_config(sealed)), sealed);
  EXPECT_EQ(protect(sealed, {}, keys, random), sealed);
}

TEST(Secrets, OldRevisionsAreSealedWithTheRest) {
  const std::string path = (std::filesystem::temp_directory_path() / ("sallyport-sealed-" + std::to_string(::getpid()))).string();
  SeededRandom random;
  const MasterKeys keys = MasterKeys().changed_to("correct horse");
  const Configuration first = parse("hostname A\n" + site + "radius server R\n key Clear-Key-4\nkey chain C\n key 1\n");
  const Configuration second = parse(
      "hostname B\ncrypto ikev2 keyring K\n peer A\n  pre-shared-key Clear-Key-8\nradius server R\n key Clear-Key-9\n", first);
  const Configuration third = parse("no crypto ikev2 profile P\nno crypto ikev2 keyring K\nno key chain C\n", second);
  const Configuration on = parse("password encryption aes\n", third);
  {
    Database db(path, "boot-1");
    for (const Configuration& each : {first, second, third}) ASSERT_TRUE(db.commit_running(each, {.user = "tester"}).ok());
    SealedLines lines;
    ASSERT_TRUE(sealing_begins(on, third, keys, true));
    const Configuration sealed = protect(on, {}, keys, random, &lines);
    LineSealer sealer(sealed, keys, random, lines);
    ASSERT_TRUE(db.commit_running(sealed, {.user = "tester"}, {.master = &keys, .sealer = &sealer}).ok());
    EXPECT_FALSE(sealing_begins(parse("hostname C\n", sealed), sealed, keys, false));

    const auto opened = [&](std::uint64_t number) {
      const auto revision = db.revision(number);
      EXPECT_TRUE(revision.ok() && *revision) << number;
      return **revision;
    };
    EXPECT_EQ(opened(4), sealed);
    EXPECT_FALSE(has_clear_key(opened(1))) << running_config(opened(1));
    EXPECT_EQ(octets(compile(opened(1), nullptr, &keys)), octets(compile(first, nullptr)));
    EXPECT_EQ(octets(compile(opened(2), nullptr, &keys)), octets(compile(second, nullptr)));
    EXPECT_EQ(keys.open(word_behind(opened(1), "radius server R\n key 6 ")).value_or(KeyText{}).text, "Clear-Key-4");
    EXPECT_EQ(keys.open(word_behind(opened(3), "radius server R\n key 6 ")).value_or(KeyText{}).text, "Clear-Key-9");
    EXPECT_NE(running_config(opened(1)).find("\n key 1\n"), std::string::npos) << "a key's number is no key";

    // Another master key: what the first one sealed is sealed anew.
    const MasterKeys others = keys.changed_to("battery staple");
    SealedLines again;
    const Configuration anew = protect(sealed, {}, others, random, &again);
    LineSealer second_sealer(anew, others, random, again);
    ASSERT_TRUE(db.commit_running(anew, {.user = "tester"}, {.master = &others, .sealer = &second_sealer}).ok());
    const MasterKeys only = MasterKeys().changed_to("battery staple");
    EXPECT_EQ(octets(compile(opened(1), nullptr, &only)), octets(compile(first, nullptr)));
  }
  for (const char* end : {"", "-wal", "-shm"}) {
    std::ifstream in(path + end, std::ios::binary);
    const std::string octets_of_file{std::istreambuf_iterator<char>(in), {}};
    EXPECT_EQ(octets_of_file.find("Clear-Key"), std::string::npos) << end;
    std::filesystem::remove(path + end);
  }
}

TEST(Secrets, OrdersAboutTheMasterKey) {
  ConfigSession session{Configuration{}};
  EXPECT_FALSE(master_key_order(session.line("hostname R")));
  EXPECT_EQ(master_key_order(session.line("key config-key password-encrypt"))->key, "");
  EXPECT_EQ(master_key_order(session.line("key config-key password-encrypt abcdefgh"))->key, "abcdefgh");
  EXPECT_TRUE(master_key_order(session.line("no key config-key password-encrypt"))->remove);
  EXPECT_FALSE(master_key_order(session.line("key config-key password-encrypt short")));
  EXPECT_EQ(running_config(session.configuration()).find("config-key"), std::string::npos);
}

}  // namespace
}  // namespace parser
