package dev.ramtide.producer.qmp;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;

class HostRamBlockTest {
  private static final String HEAD =
      "              Block Name    PSize              Offset               Used              Total                HVA  RO\n";
  private static final String RAM =
      "                  pc.ram    4 KiB  0x0000000000000000 0x0000000010000000 0x0000000010000000 0x00007f3a2be00000  rw\n";
  private static final String ROM =
      "    /rom@etc/acpi/tables    4 KiB  0x0000000011080000 0x0000000000020000 0x0000000000200000 0x00007f3a2b200000  ro\n";

  /** Printed by QEMU 10.0.2. */
  @Test
  void aTableOfQemuIsRead() throws Exception {
    assertThat(HostRamBlock.parse(HEAD + RAM + ROM))
        .containsExactly(
            new HostRamBlock("pc.ram", 0x1000_0000, 4096, 0x7f3a_2be0_0000L),
            new HostRamBlock("/rom@etc/acpi/tables", 0x2_0000, 4096, 0x7f3a_2b20_0000L));
  }

  @Test
  void hugePagesAndNamesWithSpacesAreRead() throws Exception {
    String table = HEAD + RAM.replace("4 KiB", "2 MiB").replace("pc.ram", "my ram");
    assertThat(HostRamBlock.parse(table))
        .containsExactly(new HostRamBlock("my ram", 0x1000_0000, 2 << 20, 0x7f3a_2be0_0000L));
  }

  @Test
  void aTableWithoutAddressesIsRefused() {
    String old = RAM.replaceAll(" 0x00007f3a2be00000 .*", "");
    assertThatThrownBy(() -> HostRamBlock.parse(HEAD + old))
        .isInstanceOf(QmpProtocolException.class)
        .hasMessageContaining("since 8.0")
        .hasMessageContaining("pc.ram");
  }

  @Test
  void whatIsNoTableIsRefused() {
    for (String table :
        new String[] {
          "", HEAD, HEAD + "unknown command: 'info ramblock'\n", HEAD + RAM.repeat(5000)
        }) {
      assertThatThrownBy(() -> HostRamBlock.parse(table)).isInstanceOf(QmpProtocolException.class);
    }
  }
}
