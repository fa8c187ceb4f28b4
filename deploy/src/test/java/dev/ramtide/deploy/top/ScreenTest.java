package dev.ramtide.deploy.top;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;

class ScreenTest {
  private static List<String> shown(Screen screen, String... lines) {
    return screen.draw(List.of(lines)).replaceAll("\u001b\\[[HJK]", "").lines().toList();
  }

  @Test
  void isDrawnOverTheLastOneInOnePieceWithoutClearingFirst() {
    assertThat(new Screen(80, 24).draw(List.of("a", "b")))
        .isEqualToNormalizingNewlines("\u001b[Ha\u001b[K\nb\u001b[K\n\u001b[J");
  }

  @Test
  void whatDoesNotFitIsCountedAndTheTopStays() {
    assertThat(shown(new Screen(80, 4), "a", "b", "c")).containsExactly("a", "b", "c");
    assertThat(shown(new Screen(80, 4), "a", "b", "c", "d"))
        .containsExactly("a", "b", "2 lines more than fit: --once shows them all");
  }

  @Test
  void aLineThatIsWrappedTakesSeveralRows() {
    assertThat(shown(new Screen(10, 5), "a", "b".repeat(21))).hasSize(2);
    assertThat(shown(new Screen(10, 5), "a", "b".repeat(21), "c"))
        .containsExactly("a", "2 lines more than fit: --once shows them all");
  }
}
