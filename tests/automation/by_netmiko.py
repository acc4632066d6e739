"""Netmiko against a running shell: facts, a configuration, and saving it. Arguments: port, user, key."""
import sys
import time

from netmiko import ConnectHandler

port, user, key = sys.argv[1:]
router = dict(device_type="cisco_ios", host="127.0.0.1", port=int(port), username=user, use_keys=True, key_file=key, allow_agent=False)


def check(condition, what):
    if not condition:
        sys.exit(f"netmiko: {what}")


with ConnectHandler(**router) as shell:
    begun = time.monotonic()
    version = shell.send_command("show version")
    check("uptime is" in version and "Version" in version, f"show version: {version}")
    check(time.monotonic() - begun < 2, "show version takes over two seconds")
    answer = shell.send_config_set(
        ["hostname R1", "ip access-list extended BY-NETMIKO", "permit ip 10.1.0.0 0.0.255.255 any", "crypto ikev2 proposal P",
         "encryption aes-cbc-256", "integrity sha256", "group 14"])
    check("%" not in answer, f"the configuration is refused: {answer}")
    shell.set_base_prompt()
    running = shell.send_command("show running-config")
    check("hostname R1\n" in running and " permit ip 10.1.0.0 0.0.255.255 any\n" in running, f"not configured: {running}")
    check("[OK]" in shell.save_config(), "not saved")
    shell.write_channel("copy running-config startup-config\r\r")
    check("[OK]" in shell.read_until_pattern(r"\[OK\]"), "not copied")
    shell.find_prompt()
print("netmiko: fine")
