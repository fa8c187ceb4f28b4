package dev.ramtide.deploy.top;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class TextTableTest {
  private final TextTable table = new TextTable("lr", "VM", "LAG");

  @Test
  void aColumnIsAsWideAsItsWidestCell() {
    table.row("web-1", "12,345");
    table.row("a", "1");
    assertThat(table.lines(80)).containsExactly("VM        LAG", "web-1  12,345", "a           1");
  }

  @Test
  void whereItIsTooWideTheNamesGiveWayAndNothingElse() {
    table.row("a-long-name-of-a-vm", "12,345");
    assertThat(table.lines(20)).allMatch(line -> line.length() <= 20);
    assertThat(table.lines(20).get(1)).isEqualTo("a-long-name~  12,345");
    assertThat(table.lines(3).get(1)).isEqualTo("a-long-~  12,345");
  }
}
