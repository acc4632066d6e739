// EXEC commands: abbreviations, modifiers, privileges, help.
#include <gtest/gtest.h>

#include "tests/parser/support.hpp"
#include "tests/values.hpp"

namespace parser {
namespace {

template <class T>
T run(const std::string& line, bool privileged = true) {
  const ExecResult result = parse_exec(line, privileged);
  EXPECT_TRUE(result.command) << line << ": " << result.answer;
  const T* command = result.command ? std::get_if<T>(&result.command->what) : nullptr;
  EXPECT_TRUE(command) << line;
  return command ? *command : T{};
}

std::string offered(const char* text, bool privileged = true) {
  std::string out;
  for (const HelpEntry& e : exec_help(text, privileged)) out += (out.empty() ? "" : "|") + e.token;
  return out;
}

TEST(Exec, EveryCommandInItsUsualSpellings) {
  run<Enable>("en");
  run<Disable>("disable");
  run<ExitShell>("exit");
  run<ExitShell>("quit");
  run<ExitShell>("logo");
  run<ConfigureTerminal>("conf t");
  run<WriteMemory>("wr");
  run<WriteMemory>("wri mem");
  run<CopyRunningStartup>("copy run start");
  run<ShowRunningConfig>("sh run");
  run<ShowRunningConfig>("write term");
  run<ShowStartupConfig>("show startup-config");
  EXPECT_EQ(run<ShowCryptoMap>("sh cry map"), ShowCryptoMap{});
  EXPECT_EQ(run<ShowCryptoMap>("sh cry map tag VPN").tag, "VPN");
  EXPECT_EQ(run<ShowCryptoMap>("sh cry map int gi0/0").interface, "GigabitEthernet0/0");
  EXPECT_EQ(run<ShowIpInterfaceBrief>("sh ip int br"), ShowIpInterfaceBrief{});
  EXPECT_EQ(run<ShowIpInterfaceBrief>("sh ip int br gi0/1").interface, "GigabitEthernet0/1");
  EXPECT_TRUE(run<ShowInterfaces>("show interfaces description").description);
  EXPECT_EQ(run<ShowInterfaces>("sh int gi0/1 desc"), (ShowInterfaces{"GigabitEthernet0/1", true}));
  run<ShowClock>("show clock");
  run<ShowHistory>("sh hist");
  run<ShowDebugging>("show debug");
  run<ShowLogging>("sh logg");
  EXPECT_TRUE(run<ShowIkev2Sa>("show crypto ikev2 sa detail").detailed);
  EXPECT_TRUE(run<ShowIkev2Sa>("show crypto ikev2 sa detailed").detailed);
  EXPECT_TRUE(run<ShowIkev2Sa>("sh cry ike sa det").detailed);
  EXPECT_FALSE(run<ShowIkev2Sa>("sh cry ike sa").detailed);
  EXPECT_EQ(run<ShowIkev2Sa>("sh cry ikev2 sa det remote 192.0.2.1").remote, values::ip("192.0.2.1"));
  EXPECT_EQ(run<ShowIkev2Sa>("sh cry ikev2 sa local 2001:db8::1").local, values::ip("2001:db8::1"));
  EXPECT_EQ(run<ShowIpsecSa>("sh cry ips sa peer 192.0.2.1").peer, values::ip("192.0.2.1"));
  EXPECT_EQ(run<ShowIpsecSa>("sh cry ips sa detail int gi0/0").interface, "GigabitEthernet0/0");
  EXPECT_EQ(run<ShowIpsecSa>("show crypto ipsec sa peer 192.0.2.1 detail"),
            (ShowIpsecSa{true, values::ip("192.0.2.1"), {}, {}, false}));
  EXPECT_EQ(run<ShowIkev2Sa>("show crypto ikev2 sa remote 192.0.2.1 detail"), (ShowIkev2Sa{true, {}, values::ip("192.0.2.1")}));
  EXPECT_EQ(run<ShowIpsecSa>("show crypto ipsec sa ipv6 detailed"), (ShowIpsecSa{true, {}, {}, {}, true}));
  EXPECT_EQ(run<ShowIpsecSa>("sh cry ips sa map VPN").map, "VPN");
  EXPECT_EQ(run<ShowIpsecSa>("sh cry ips sa identity").form, IpsecSaForm::identity);
  EXPECT_EQ(run<ShowIpsecSa>("sh cry ips sa address peer 192.0.2.1").form, IpsecSaForm::address);
  EXPECT_EQ(run<ShowIpsecSa>("show crypto ipsec sa active"), ShowIpsecSa{});
  EXPECT_EQ(run<ShowIkev2Counters>("show crypto ikev2 stats timeout").what, Ikev2Counters::timeout);
  EXPECT_EQ(run<ShowIkev2Counters>("show crypto ikev2 stats reconnect").what, Ikev2Counters::reconnect);
  EXPECT_EQ(run<ShowCryptoEngine>("show crypto eli").table, CryptoEngineTable::eli);
  EXPECT_EQ(run<ShowCryptoEngine>("show crypto engine brief").table, CryptoEngineTable::configuration);
  EXPECT_EQ(run<ShowSaHistory>("show crypto ikev2 sa history remote 192.0.2.1").remote, values::ip("192.0.2.1"));
  run<ShowIpsecSaCount>("show crypto ipsec sa count");
  using O = CryptoObject;
  EXPECT_EQ(run<ShowCryptoObjects>("show crypto ikev2 proposal"), (ShowCryptoObjects{O::ikev2_proposal, {}}));
  EXPECT_EQ(run<ShowCryptoObjects>("sh cry ikev2 pol default"), (ShowCryptoObjects{O::ikev2_policy, "default"}));
  EXPECT_EQ(run<ShowCryptoObjects>("sh cry ikev2 prof BRANCH"), (ShowCryptoObjects{O::ikev2_profile, "BRANCH"}));
  EXPECT_EQ(run<ShowCryptoObjects>("show crypto ipsec transform-set").kind, O::transform_set);
  EXPECT_EQ(run<ShowCryptoObjects>("show crypto ipsec transform-set default").name, "default");
  EXPECT_EQ(run<ShowCryptoObjects>("show crypto ipsec transform-set tag TS").name, "TS");
  EXPECT_EQ(run<ShowCryptoObjects>("sh cry ips prof tag P"), (ShowCryptoObjects{O::ipsec_profile, "P"}));
  EXPECT_EQ(run<ShowCryptoObjects>("sh cry ips sec").kind, O::security_association);
  using F = AccessListFamily;
  EXPECT_EQ(run<ShowAccessLists>("show access-lists"), (ShowAccessLists{F::all, {}}));
  EXPECT_EQ(run<ShowAccessLists>("sh ip access-l 101"), (ShowAccessLists{F::ipv4, "101"}));
  EXPECT_EQ(run<ShowAccessLists>("sh ipv6 acc"), (ShowAccessLists{F::ipv6, {}}));
  EXPECT_FALSE(run<ShowInterfaces>("show interfaces").interface);
  EXPECT_EQ(run<ShowInterfaces>("sh int tu0").interface, "Tunnel0");
  run<ShowPrivilege>("sh priv");
  EXPECT_EQ(run<Debug>("debug crypto ikev2 packet hexdump").topic, DebugTopic::ikev2_hexdump);
  EXPECT_EQ(run<Debug>("undebug crypto ikev2 internal"), (Debug{DebugTopic::ikev2_internal, false}));
  using K = DebugConditionKind;
  EXPECT_EQ(run<DebugCondition>("debug crypto condition peer ipv4 192.0.2.1"),
            (DebugCondition{K::peer, values::ip("192.0.2.1"), {}, {}, true}));
  EXPECT_EQ(run<DebugCondition>("no debug crypto condition peer subnet 192.0.2.0 255.255.255.0"),
            (DebugCondition{K::subnet, values::ip("192.0.2.0"), values::ip("255.255.255.0"), {}, false}));
  EXPECT_EQ(run<DebugCondition>("debug crypto condition username gw.example.net").name, "gw.example.net");
  EXPECT_EQ(run<DebugCondition>("debug crypto condition unmatched").kind, K::unmatched);
  run<ShowDebugCondition>("show crypto debug-condition");
  EXPECT_EQ(run<ShowIkev2Counters>("show crypto ikev2 stats").what, Ikev2Counters::stats);
  EXPECT_EQ(run<ShowIkev2Counters>("sh cry ikev2 stats exch").what, Ikev2Counters::exchange);
  EXPECT_EQ(run<ShowIkev2Counters>("show crypto ikev2 count").what, Ikev2Counters::count);
  EXPECT_EQ(run<ShowCryptoEngine>("show crypto engine connections active").table, CryptoEngineTable::connections);
  EXPECT_EQ(run<ShowCryptoEngine>("show crypto engine configuration").table, CryptoEngineTable::configuration);
  EXPECT_EQ(run<ShowIsakmp>("show crypto isakmp sa count").table, IsakmpTable::sa_count);
  EXPECT_EQ(run<ShowHost>("show inventory").table, HostTable::inventory);
  EXPECT_EQ(run<ShowHost>("show users").table, HostTable::users);
  EXPECT_EQ(run<ShowHost>("sh proc cpu").table, HostTable::processes);
  EXPECT_EQ(run<ShowHost>("show memory").table, HostTable::memory);
  EXPECT_EQ(run<ShowHost>("sh ip route").table, HostTable::routes);
  EXPECT_EQ(run<ShowHost>("show ip route 192.0.2.1").destination, values::ip("192.0.2.1"));
  EXPECT_EQ(run<ShowHost>("show arp").table, HostTable::neighbours);
  EXPECT_EQ(run<ShowHost>("show ip arp").table, HostTable::neighbours);
  EXPECT_EQ(run<ShowHost>("show ip interface").table, HostTable::ip_interfaces);
  run<ShowIpInterfaceBrief>("sh ip int br");
  EXPECT_EQ(run<ShowHost>("show hosts").table, HostTable::hosts);
  EXPECT_EQ(run<ShowHost>("show vrf").table, HostTable::vrfs);
  EXPECT_EQ(run<ShowHost>("show lldp").table, HostTable::lldp);
  EXPECT_EQ(run<ShowHost>("show cdp").table, HostTable::cdp);
  EXPECT_EQ(run<ClearKept>("clear crypto ikev2 diagnose error").what, Forgotten::diagnoses);
  EXPECT_EQ(run<ClearKept>("clear crypto ikev2 certificate-cache").what, Forgotten::nothing);
  EXPECT_EQ(run<ClearKept>("clear crypto ikev2 client flexvpn HUB").what, Forgotten::nothing);
  EXPECT_EQ(offered("clear crypto ikev2 "), "certificate-cache|client|diagnose|sa|stats");
  EXPECT_EQ(run<ClearKept>("clear logging").what, Forgotten::log);
  run<ShowIncrementalDifferences>("show archive config incremental-diffs flash:a ignorecase");
  EXPECT_EQ(run<ShowLadder>("show crypto ikev2 ladder peer 192.0.2.1 utf8"), (ShowLadder{values::ip("192.0.2.1"), true}));
  EXPECT_EQ(run<ShowPacketDrop>("show crypto packet-drop peer 192.0.2.1").peer, values::ip("192.0.2.1"));
  EXPECT_EQ(run<TestSelector>("test crypto selector 192.0.2.1 192.0.2.2 tcp 443"),
            (TestSelector{values::ip("192.0.2.1"), values::ip("192.0.2.2"), 6, 443}));
  EXPECT_EQ(run<TestSelector>("test crypto selector 192.0.2.1 192.0.2.2 47").protocol, 47U);
  run<ShowVersion>("sh ver");
  EXPECT_TRUE(run<ShowIkev2Session>("show crypto ikev2 session detailed").detailed);
  EXPECT_FALSE(run<ShowIkev2Session>("sh cry ikev2 ses").detailed);
  EXPECT_EQ(run<ShowCryptoSession>("sh cry ses rem 192.0.2.1").remote, values::ip("192.0.2.1"));
  EXPECT_TRUE(run<ShowCryptoSession>("show crypto session detail").detail);
  EXPECT_TRUE(run<ShowCryptoSession>("show crypto session brief").brief);
  EXPECT_EQ(run<ShowCryptoSession>("show crypto session local 192.0.2.1 detail"),
            (ShowCryptoSession{true, false, values::ip("192.0.2.1"), {}, {}}));
  EXPECT_EQ(run<ShowCryptoSession>("sh cry ses det int tu0").interface, "Tunnel0");
  EXPECT_TRUE(run<ShowDiagnose>("show crypto ikev2 diagnose error").error);
  EXPECT_EQ(run<ShowDiagnose>("show crypto ikev2 diagnose peer 192.0.2.1").peer, values::ip("192.0.2.1"));
  EXPECT_EQ(run<ClearIkev2Sa>("clear crypto ikev2 sa remote 192.0.2.1").remote, values::ip("192.0.2.1"));
  EXPECT_EQ(run<ClearIkev2Sa>("clear crypto ikev2 sa local 2001:db8::1").local, values::ip("2001:db8::1"));
  EXPECT_FALSE(run<ClearIpsecSa>("clear crypto sa").peer);
  EXPECT_TRUE(run<ClearIpsecSa>("clear crypto sa counters").counters);
  EXPECT_EQ(run<ClearIpsecSa>("clear cry sa map VPN").map, "VPN");
  EXPECT_EQ(run<ClearIpsecSa>("clear crypto sa entry 192.0.2.1 esp 305419896"),
            (ClearIpsecSa{values::ip("192.0.2.1"), "", 305419896, false, false}));
  EXPECT_TRUE(run<ClearIpsecSa>("clear crypto sa entry 192.0.2.1 ah 256").other_protocol);
  EXPECT_EQ(run<ClearIpsecSa>("clear crypto sa spi 4294967295").spi, 4294967295U);
  EXPECT_EQ(run<ClearCryptoSession>("clear crypto session"), ClearCryptoSession{});
  EXPECT_EQ(run<ClearCryptoSession>("clear cry sess remote 192.0.2.1 port 4500"),
            (ClearCryptoSession{values::ip("192.0.2.1"), {}, std::uint16_t{4500}, ""}));
  EXPECT_EQ(run<ClearCryptoSession>("clear crypto session local 192.0.2.1").local, values::ip("192.0.2.1"));
  EXPECT_EQ(run<ClearCryptoSession>("clear crypto session interface tu0").interface, "Tunnel0");
  EXPECT_FALSE(run<ClearIkeStats>("clear crypto ikev2 stats").admission);
  EXPECT_TRUE(run<ClearIkeStats>("clear crypto call admission statistics").admission);
  run<ShowAdmission>("show crypto call admission statistics");
  EXPECT_EQ(run<Debug>("debug cry ikev2"), (Debug{DebugTopic::ikev2, true}));
  EXPECT_EQ(run<Debug>("deb crypto ikev2 packet"), (Debug{DebugTopic::ikev2_packet, true}));
  EXPECT_EQ(run<Debug>("debug crypto ipsec"), (Debug{DebugTopic::ipsec, true}));
  EXPECT_EQ(run<Debug>("u all"), (Debug{DebugTopic::all, false}));
  EXPECT_EQ(run<Debug>("undebug all"), (Debug{DebugTopic::all, false}));
  EXPECT_EQ(run<Debug>("no debug all"), (Debug{DebugTopic::all, false}));
  EXPECT_EQ(run<Debug>("no deb cry ike err"), (Debug{DebugTopic::ikev2_error, false}));
  EXPECT_TRUE(run<TerminalMonitor>("term mon").on);
  EXPECT_FALSE(run<TerminalMonitor>("term no mon").on);
  EXPECT_EQ(run<TerminalLength>("term len 0").lines, 0u);
  EXPECT_EQ(run<TerminalWidth>("terminal width 132").columns, 132u);
}

TEST(Exec, Captures) {
  using O = CaptureOrder;
  EXPECT_EQ(run<MonitorCapture>("mon cap cry CAP start"), (MonitorCapture{O::start, "CAP", ""}));
  EXPECT_EQ(run<MonitorCapture>("monitor capture crypto CAP stop"), (MonitorCapture{O::stop, "CAP", ""}));
  EXPECT_EQ(run<MonitorCapture>("monitor capture crypto CAP export flash:cap.pcapng"),
            (MonitorCapture{O::export_file, "CAP", "flash:cap.pcapng"}));
  EXPECT_EQ(run<MonitorCapture>("no monitor capture crypto CAP"), (MonitorCapture{O::remove, "CAP", ""}));
  run<ShowMonitorCapture>("show mon cap crypto");
  EXPECT_FALSE(parse_exec("monitor capture crypto CAP start", false).command);
}

TEST(Exec, Ping) {
  EXPECT_EQ(run<Ping>("ping 192.0.2.1"), (Ping{values::ip("192.0.2.1"), {}, 5, 100, 2}));
  EXPECT_EQ(run<Ping>("ping ip 192.0.2.1 so 10.0.0.1 rep 3"), (Ping{values::ip("192.0.2.1"), "10.0.0.1", 3, 100, 2}));
  EXPECT_EQ(run<Ping>("ping ipv6 2001:db8::1 size 200 source lo0 timeout 1"),
            (Ping{values::ip("2001:db8::1"), "Loopback0", 5, 200, 1}));
}

TEST(Exec, Modifiers) {
  const auto modifier = [](const char* line) {
    const ExecResult result = parse_exec(line, true);
    EXPECT_TRUE(result.command) << line;
    return result.command ? result.command->modifier : Modifier{};
  };
  EXPECT_EQ(modifier("sh run"), (Modifier{ModifierKind::none, ""}));
  EXPECT_EQ(modifier("sh run | i crypto  map|peer"), (Modifier{ModifierKind::include, "crypto  map|peer"}));
  EXPECT_EQ(modifier("sh run | sec ^crypto"), (Modifier{ModifierKind::section, "^crypto"}));
  EXPECT_EQ(modifier("sh run | sec include ^crypto"), (Modifier{ModifierKind::section, "^crypto"}));
  EXPECT_EQ(modifier("sh run | sec exclude ^crypto map"),
            (Modifier{.kind = ModifierKind::section, .pattern = "^crypto map", .others = true}));
  EXPECT_EQ(modifier("sh run | sec included"), (Modifier{ModifierKind::section, "included"}));
  EXPECT_EQ(modifier("sh run | exclude !"), (Modifier{ModifierKind::exclude, "!"}));
  EXPECT_EQ(modifier("sh cry ike sa | b READY"), (Modifier{ModifierKind::begin, "READY"}));
  EXPECT_EQ(modifier("sh cry ike sa | count READY"), (Modifier{ModifierKind::count, "READY"}));
  EXPECT_EQ(modifier("sh run | redirect flash:a.cfg"), (Modifier{ModifierKind::redirect, "", "flash:a.cfg"}));
  EXPECT_EQ(modifier("sh run | app /tmp/a.cfg"), (Modifier{ModifierKind::append, "", "/tmp/a.cfg"}));
  EXPECT_EQ(modifier("sh run | tee /append flash:a.cfg"), (Modifier{ModifierKind::tee, "", "flash:a.cfg", true}));
  EXPECT_EQ(parse_exec("sh run |", true).answer, "% Incomplete command.");
  EXPECT_EQ(parse_exec("sh run | include", true).answer, "% Incomplete command.");
  EXPECT_EQ(parse_exec("conf t | include x", true).answer, "% Invalid input detected at '^' marker.");
}

TEST(Exec, Refusals) {
  EXPECT_EQ(parse_exec("sh cry i", true).answer, "% Ambiguous command:  \"sh cry i\"");
  EXPECT_EQ(parse_exec("sh cry i sa", true).answer, "% Ambiguous command:  \"sh cry i sa\"");
  EXPECT_EQ(parse_exec("show", true).answer, "% Incomplete command.");
  EXPECT_EQ(parse_exec("show crypto bogus", true).caret, 12u);
  EXPECT_EQ(parse_exec("  show  clock now", true).caret, 14u);
  EXPECT_TRUE(parse_exec("foo", true).answer.starts_with("Translating \"foo\""));
  EXPECT_FALSE(parse_exec("foo", true).caret);
  EXPECT_EQ(parse_exec("foo bar", true).caret, 0u);
  EXPECT_EQ(parse_exec("", true).answer, "");
  EXPECT_FALSE(parse_exec("! note", true).command);
}

TEST(Exec, PrivilegeIsNeeded) {
  for (const char* line :
       {"configure terminal", "show running-config", "write memory", "clear crypto sa", "debug crypto ipsec"}) {
    EXPECT_TRUE(parse_exec(line, true).command) << line;
    EXPECT_FALSE(parse_exec(line, false).command) << line;
  }
  run<Enable>("enable", false);
  run<ShowIkev2Sa>("show crypto ikev2 sa", false);
}

TEST(Exec, HelpAndCompletion) {
  EXPECT_EQ(offered("show crypto "),
            "call|debug-condition|eli|engine|ikev2|ipsec|isakmp|key|map|pki|session|impact|packet-drop|status");
  EXPECT_EQ(offered("show crypto ikev2 sa "), "detailed|history|local|remote|||<cr>");
  EXPECT_EQ(offered("debug crypto ikev2 "), "client|cluster|error|internal|packet|<cr>");
  EXPECT_EQ(offered("show run | "), "append|begin|count|exclude|include|redirect|section|tee|json");
  EXPECT_EQ(parse_exec("show crypto ikev2 proposal | include x", true).command->modifier.kind, ModifierKind::include);
  EXPECT_EQ(parse_exec("show access-lists | json", true).command->modifier.kind, ModifierKind::json);
  EXPECT_EQ(offered("en"), "enable");
  EXPECT_EQ(offered("conf", false), "");
  EXPECT_EQ(exec_complete("sh", true), "show ");
  EXPECT_EQ(exec_complete("show crypto i", true), "show crypto i");
  EXPECT_EQ(exec_complete("sh run | inc", true), "sh run | include ");
}

}  // namespace
}  // namespace parser
