// The commands of EXEC mode as plain values; cli/ carries them out. Adding one: its struct here, its expression in
// parser/modes/exec.cpp, its execution in cli/.
#pragma once

#include <optional>
#include <string>
#include <variant>

#include "engine/address.hpp"
#include "parser/archive_commands.hpp"
#include "parser/file_commands.hpp"

namespace parser {

/// `enable [N]`
struct Enable {
  unsigned level = 15;
  friend bool operator==(const Enable&, const Enable&) = default;
};
struct Disable {
  friend bool operator==(const Disable&, const Disable&) = default;
};
struct ExitShell {
  friend bool operator==(const ExitShell&, const ExitShell&) = default;
};  // exit, quit, logout
struct WriteMemory {
  friend bool operator==(const WriteMemory&, const WriteMemory&) = default;
};
/// `reload [reason LINE]`
struct Reload {
  std::string reason;
  friend bool operator==(const Reload&, const Reload&) = default;
};
struct CopyRunningStartup {
  friend bool operator==(const CopyRunningStartup&, const CopyRunningStartup&) = default;
};
/// `show running-config [all | interface X]`
struct ShowRunningConfig {
  bool all = false;
  std::optional<std::string> interface;  // canonical name
  friend bool operator==(const ShowRunningConfig&, const ShowRunningConfig&) = default;
};
struct ShowStartupConfig {
  friend bool operator==(const ShowStartupConfig&, const ShowStartupConfig&) = default;
};
struct ShowIkev2Sa {
  bool detailed = false;
  std::optional<engine::IpAddress> local, remote;
  friend bool operator==(const ShowIkev2Sa&, const ShowIkev2Sa&) = default;
};
/// `show crypto ikev2 sa history [remote X]`
struct ShowSaHistory {
  std::optional<engine::IpAddress> remote;
  friend bool operator==(const ShowSaHistory&, const ShowSaHistory&) = default;
};
/// `show crypto ikev2 session [detailed]`
struct ShowIkev2Session {
  bool detailed = false;
  friend bool operator==(const ShowIkev2Session&, const ShowIkev2Session&) = default;
};
/// What of it is shown: the whole, the identities with their counters, or the SAs by the peers' addresses.
enum class IpsecSaForm : std::uint8_t { whole, identity, address };
struct ShowIpsecSa {
  bool detail = false;
  std::optional<engine::IpAddress> peer;
  std::optional<std::string> interface, map;
  bool ipv6 = false;  // of IPv6 peers only
  IpsecSaForm form = IpsecSaForm::whole;
  friend bool operator==(const ShowIpsecSa&, const ShowIpsecSa&) = default;
};
struct ShowIpsecSaCount {
  friend bool operator==(const ShowIpsecSaCount&, const ShowIpsecSaCount&) = default;
};
/// What is configured, as `show` has it: `show crypto ikev2 {proposal | policy | profile} [NAME]`, `show crypto ipsec
/// {transform-set | profile} [tag NAME]` and `show crypto ipsec security-association`.
enum class CryptoObject : std::uint8_t {
  ikev2_proposal,
  ikev2_policy,
  ikev2_profile,
  transform_set,
  ipsec_profile,
  security_association
};
struct ShowCryptoObjects {
  CryptoObject kind = CryptoObject::ikev2_proposal;
  std::optional<std::string> name;
  friend bool operator==(const ShowCryptoObjects&, const ShowCryptoObjects&) = default;
};
/// `show crypto session [brief | detail]`; `brief` stands alone.
struct ShowCryptoSession {
  bool detail = false, brief = false;
  std::optional<engine::IpAddress> local, remote;
  std::optional<std::string> interface;  // canonical name
  friend bool operator==(const ShowCryptoSession&, const ShowCryptoSession&) = default;
};
/// `show crypto pki certificates [verbose | pem] [TRUSTPOINT]`
struct ShowPkiCertificates {
  bool verbose = false, pem = false;
  std::optional<std::string> trustpoint;
  friend bool operator==(const ShowPkiCertificates&, const ShowPkiCertificates&) = default;
};
/// `show crypto pki {counters | crls | timers}`
enum class PkiFact : std::uint8_t { counters, crls, timers };
struct ShowPkiFact {
  PkiFact what = PkiFact::counters;
  friend bool operator==(const ShowPkiFact&, const ShowPkiFact&) = default;
};
/// `show crypto pki trustpoints [NAME] [status]`
struct ShowPkiTrustpoints {
  bool status = false;
  std::optional<std::string> name;
  friend bool operator==(const ShowPkiTrustpoints&, const ShowPkiTrustpoints&) = default;
};
/// `show crypto key mypubkey {all | ec | rsa} [NAME]`
enum class ShownKeyKind : std::uint8_t { all, ec, rsa };
struct ShowPublicKeys {
  ShownKeyKind kind = ShownKeyKind::all;
  std::optional<std::string> name;
  friend bool operator==(const ShowPublicKeys&, const ShowPublicKeys&) = default;
};
/// `show crypto map [tag NAME | interface X]`
struct ShowCryptoMap {
  std::optional<std::string> tag, interface;  // the interface's name is canonical
  friend bool operator==(const ShowCryptoMap&, const ShowCryptoMap&) = default;
};
/// `show crypto isakmp conversion`: the IKEv2 configuration that does what the IKEv1 one of running-config does.
struct ShowConversion {
  friend bool operator==(const ShowConversion&, const ShowConversion&) = default;
};
/// `show crypto isakmp {sa [detail | count] | policy | default policy | key | profile | peers}`: IKEv1's, which has no SA here.
enum class IsakmpTable : std::uint8_t { sa, sa_detail, sa_count, policy, default_policy, key, profile, peers };
struct ShowIsakmp {
  IsakmpTable table = IsakmpTable::sa;
  friend bool operator==(const ShowIsakmp&, const ShowIsakmp&) = default;
};
struct ShowDiagnose {
  bool error = false;  // `diagnose error`: Cisco's layout
  std::optional<engine::IpAddress> peer;
  friend bool operator==(const ShowDiagnose&, const ShowDiagnose&) = default;
};
struct ShowImpact {
  std::string file;  // on the gateway
  friend bool operator==(const ShowImpact&, const ShowImpact&) = default;
};
/// `show ip interface brief [X]`
struct ShowIpInterfaceBrief {
  std::optional<std::string> interface;  // canonical name
  friend bool operator==(const ShowIpInterfaceBrief&, const ShowIpInterfaceBrief&) = default;
};
/// `show ip local pool [NAME]`, `show ipv6 local pool [NAME]`
struct ShowLocalPool {
  bool ipv6 = false;
  std::optional<std::string> name;
  friend bool operator==(const ShowLocalPool&, const ShowLocalPool&) = default;
};
/// `show crypto ikev2 client flexvpn [NAME]`
struct ShowFlexvpn {
  std::optional<std::string> name;
  friend bool operator==(const ShowFlexvpn&, const ShowFlexvpn&) = default;
};
/// `show interfaces [X] [description]`
struct ShowInterfaces {
  std::optional<std::string> interface;  // canonical name
  bool description = false;
  friend bool operator==(const ShowInterfaces&, const ShowInterfaces&) = default;
};
enum class AccessListFamily : std::uint8_t { all, ipv4, ipv6 };
/// `show access-lists`, `show ip access-lists`, `show ipv6 access-list`
struct ShowAccessLists {
  AccessListFamily family = AccessListFamily::all;
  std::optional<std::string> name;
  friend bool operator==(const ShowAccessLists&, const ShowAccessLists&) = default;
};
/// `show crypto ikev2 {stats [exchange | timeout | reconnect] | count}`
enum class Ikev2Counters : std::uint8_t { stats, exchange, timeout, reconnect, count };
struct ShowIkev2Counters {
  Ikev2Counters what = Ikev2Counters::stats;
  friend bool operator==(const ShowIkev2Counters&, const ShowIkev2Counters&) = default;
};
/// `show crypto engine {connections active | configuration | brief}`, `show crypto eli`
enum class CryptoEngineTable : std::uint8_t { connections, configuration, eli };
struct ShowCryptoEngine {
  CryptoEngineTable table = CryptoEngineTable::connections;
  friend bool operator==(const ShowCryptoEngine&, const ShowCryptoEngine&) = default;
};
/// What automation asks any router: `show inventory`, `show users`, `show processes cpu`, `show memory statistics`, `show ip
/// route [ADDRESS]`, `show [ip] arp`, `show ip interface [X]`, `show hosts`, `show vrf`, `show lldp`, `show cdp`.
enum class HostTable : std::uint8_t {
  inventory,
  users,
  processes,
  memory,
  routes,
  neighbours,
  ip_interfaces,
  hosts,
  vrfs,
  lldp,
  cdp
};
struct ShowHost {
  HostTable table = HostTable::inventory;
  std::optional<engine::IpAddress> destination{};  // of a route
  friend bool operator==(const ShowHost&, const ShowHost&) = default;
};
/// `show crypto ikev2 ladder [peer X]`
struct ShowLadder {
  std::optional<engine::IpAddress> peer;
  bool utf8 = false;
  friend bool operator==(const ShowLadder&, const ShowLadder&) = default;
};
/// `show crypto packet-drop [peer X]`
struct ShowPacketDrop {
  std::optional<engine::IpAddress> peer;
  friend bool operator==(const ShowPacketDrop&, const ShowPacketDrop&) = default;
};
/// `test crypto selector SRC DST [PROTOCOL [PORT]]`
struct TestSelector {
  engine::IpAddress source, destination;
  std::uint32_t protocol = 0, port = 0;  // 0: any
  friend bool operator==(const TestSelector&, const TestSelector&) = default;
};
/// `monitor capture crypto NAME {start | stop | export FILE}`, `no monitor capture crypto NAME`
enum class CaptureOrder : std::uint8_t { start, stop, export_file, remove };
struct MonitorCapture {
  CaptureOrder order = CaptureOrder::start;
  std::string name, file;
  friend bool operator==(const MonitorCapture&, const MonitorCapture&) = default;
};
/// `show monitor capture crypto`
struct ShowMonitorCapture {
  friend bool operator==(const ShowMonitorCapture&, const ShowMonitorCapture&) = default;
};
/// `monitor replay {start | stop | export FILE}`
enum class ReplayOrder : std::uint8_t { start, stop, export_file };
struct MonitorReplay {
  ReplayOrder order = ReplayOrder::start;
  std::string file;
  friend bool operator==(const MonitorReplay&, const MonitorReplay&) = default;
};
/// `show monitor replay`
struct ShowMonitorReplay {
  friend bool operator==(const ShowMonitorReplay&, const ShowMonitorReplay&) = default;
};
/// `show crypto status [all]`; `sallyport status [--all]`
struct ShowStatus {
  bool all = false;
  friend bool operator==(const ShowStatus&, const ShowStatus&) = default;
};
/// `show tech-support crypto`
struct ShowTechSupport {
  friend bool operator==(const ShowTechSupport&, const ShowTechSupport&) = default;
};
struct ShowPrivilege {
  friend bool operator==(const ShowPrivilege&, const ShowPrivilege&) = default;
};
struct ShowVersion {
  friend bool operator==(const ShowVersion&, const ShowVersion&) = default;
};
struct ShowClock {
  friend bool operator==(const ShowClock&, const ShowClock&) = default;
};
struct ShowHistory {
  friend bool operator==(const ShowHistory&, const ShowHistory&) = default;
};
struct ShowDebugging {
  friend bool operator==(const ShowDebugging&, const ShowDebugging&) = default;
};
struct ShowLogging {
  friend bool operator==(const ShowLogging&, const ShowLogging&) = default;
};
/// `clear crypto ikev2 sa [remote X]`, `clear crypto session [remote X]`
struct ClearIkev2Sa {
  std::optional<engine::IpAddress> remote{}, local{};
  friend bool operator==(const ClearIkev2Sa&, const ClearIkev2Sa&) = default;
};
/// `clear crypto sa [peer A | map NAME | entry A {esp | ah} SPI | spi SPI | counters]`
struct ClearIpsecSa {
  std::optional<engine::IpAddress> peer{};
  std::string map{};
  std::optional<std::uint32_t> spi{};
  bool other_protocol = false;  // AH, of which there is nothing
  bool counters = false;
  friend bool operator==(const ClearIpsecSa&, const ClearIpsecSa&) = default;
};
/// `clear crypto session [local A [port N] | remote A [port N] | interface IF]`: IKE SAs with their Child SAs.
struct ClearCryptoSession {
  std::optional<engine::IpAddress> remote{}, local{};
  std::optional<std::uint16_t> port{};
  std::string interface {};
  friend bool operator==(const ClearCryptoSession&, const ClearCryptoSession&) = default;
};
/// `clear crypto ikev2 stats`, `clear crypto call admission statistics`: what the recorder has counted begins anew.
struct ClearIkeStats {
  bool admission = false;
  friend bool operator==(const ClearIkeStats&, const ClearIkeStats&) = default;
};
/// `clear crypto ikev2 diagnose error`, `clear logging`
/// `nothing`: what IOS has a cache or a client for, and we have not.
enum class Forgotten : std::uint8_t { diagnoses, log, nothing };
struct ClearKept {
  Forgotten what = Forgotten::diagnoses;
  std::string client{};
  friend bool operator==(const ClearKept&, const ClearKept&) = default;
};
/// `show crypto call admission statistics`
struct ShowAdmission {
  friend bool operator==(const ShowAdmission&, const ShowAdmission&) = default;
};
enum class DebugTopic {
  ikev2,
  ikev2_packet,
  ikev2_hexdump,
  ikev2_error,
  ikev2_internal,
  ikev2_client,
  ikev2_cluster,
  ipsec,
  all
};
struct Debug {
  DebugTopic topic = DebugTopic::ikev2;
  bool on = true;  // off: `undebug ...`, `no debug ...`
  friend bool operator==(const Debug&, const Debug&) = default;
};
/// `debug crypto condition ...`: which peers debugging is about.
enum class DebugConditionKind : std::uint8_t { peer, subnet, username, fvrf, unmatched, reset };
struct DebugCondition {
  DebugConditionKind kind = DebugConditionKind::peer;
  std::optional<engine::IpAddress> address, mask;
  std::string name;  // of the user or VRF
  bool on = true;
  friend bool operator==(const DebugCondition&, const DebugCondition&) = default;
};
/// `show crypto debug-condition`
struct ShowDebugCondition {
  friend bool operator==(const ShowDebugCondition&, const ShowDebugCondition&) = default;
};
struct TerminalMonitor {
  bool on = true;
  friend bool operator==(const TerminalMonitor&, const TerminalMonitor&) = default;
};
struct TerminalLength {
  unsigned lines = 24;  // 0: no paging
  friend bool operator==(const TerminalLength&, const TerminalLength&) = default;
};
struct TerminalWidth {
  unsigned columns = 80;
  friend bool operator==(const TerminalWidth&, const TerminalWidth&) = default;
};
struct Ping {
  engine::IpAddress destination;
  std::optional<std::string> source;  // interface name, canonical, or address text
  unsigned repeat = 5, size = 100, timeout_seconds = 2;
  friend bool operator==(const Ping&, const Ping&) = default;
};

using ExecCommandKind =
    std::variant<Enable, Disable, ExitShell, ConfigureTerminal, ConfigureReplace, ConfigureConfirm, ConfigureRevert,
                 ArchiveConfig, ShowArchive, ShowArchiveDifferences, ShowIncrementalDifferences, ShowArchiveRollbackTimer,
                 ShowArchiveLog, WriteMemory, Reload, CopyRunningStartup, Dir, More, VerifyMd5, DeleteFile, CopyFile,
                 ShowRunningConfig, ShowStartupConfig, ShowIkev2Sa, ShowIkev2Session, ShowIpsecSa, ShowIpsecSaCount,
                 ShowCryptoObjects, ShowCryptoSession, ShowCryptoMap, ShowPkiCertificates, ShowPkiFact, ShowPkiTrustpoints,
                 ShowPublicKeys, ShowConversion, ShowDiagnose, ShowIkev2Counters, ShowCryptoEngine, ShowIsakmp, ShowHost,
                 ShowLadder, ShowPacketDrop, TestSelector, MonitorCapture, ShowMonitorCapture, MonitorReplay, ShowMonitorReplay,
                 ShowSaHistory, ShowStatus, ShowTechSupport, ShowImpact, ShowIpInterfaceBrief, ShowLocalPool, ShowFlexvpn,
                 ShowInterfaces, ShowAccessLists, ShowPrivilege, ShowVersion, ShowClock, ShowHistory, ShowDebugging, ShowLogging,
                 ShowAdmission, ClearIkev2Sa, ClearIpsecSa, ClearCryptoSession, ClearIkeStats, ClearKept, Debug, DebugCondition,
                 ShowDebugCondition, TerminalMonitor, TerminalLength, TerminalWidth, Ping>;

/// `| include REGEX` and friends, on any show; `json` asks for the values in place of the text, and the last three send what is
/// shown into a file.
enum class ModifierKind { none, include, exclude, begin, section, count, json, redirect, append, tee };
struct Modifier {
  ModifierKind kind = ModifierKind::none;
  std::string pattern{}, file{};
  bool to_end = false;  // `tee /append`
  bool others = false;  // `section exclude`: all but the sections
  bool has_file() const { return kind >= ModifierKind::redirect; }
  friend bool operator==(const Modifier&, const Modifier&) = default;
};
struct ExecCommand {
  ExecCommandKind what;
  Modifier modifier;
};

}  // namespace parser
