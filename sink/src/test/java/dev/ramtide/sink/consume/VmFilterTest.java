package dev.ramtide.sink.consume;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.ramtide.checkpoint.VmId;
import dev.ramtide.wire.VmTopics;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

class VmFilterTest {
  private static final Set<String> TOPICS =
      Stream.of("r.web-1", "r.web-2", "r.web", "r.db", "r.web-1.x", "rr.web-1", "r.x-web-1")
          .flatMap(name -> Stream.of(name + ".pages", name + ".checkpoints"))
          .collect(Collectors.toCollection(TreeSet::new));

  @Test
  void aPatternIsOfTheWholeNameAndOfThisPrefixAlone() {
    assertThat(followed("web-.*")).containsExactly("web-1", "web-2");
    assertThat(followed("web-1|db")).containsExactly("db", "web-1");
    assertThat(followed("web")).containsExactly("web");
    assertThat(followed(".*")).containsExactly("db", "web", "web-1", "web-2", "x-web-1");
    assertThat(followed(".*\\..*")).isEmpty();
  }

  @Test
  void itIsANameOrAPattern() {
    assertThatThrownBy(
            () -> new VmFilter("r", List.of(new VmId("web")), Optional.of(Pattern.compile("db"))))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("web");
  }

  private static List<String> followed(String pattern) {
    return new VmFilter("r", List.of(), Optional.of(Pattern.compile(pattern)))
        .followed(TOPICS).stream().map(VmTopics::vm).map(VmId::name).sorted().toList();
  }
}
