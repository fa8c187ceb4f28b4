package dev.ramtide.wire;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import dev.ramtide.checkpoint.VmId;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class VmTopicsTest {
  @Test
  void aTopicNameTellsItsVm() {
    VmTopics topics = new VmTopics("site.a", new VmId("web-1"));
    assertThat(topics.pages()).isEqualTo("site.a.web-1.pages");
    assertThat(topics.checkpoints()).isEqualTo("site.a.web-1.checkpoints");
    assertThat(VmTopics.parse(topics.pages())).contains(topics);
    assertThat(VmTopics.parse(topics.checkpoints())).contains(topics);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "ramtide",
        "ramtide.vm",
        "ramtide.VM.pages",
        "ramtide.vm.page",
        "vm.pages",
        "a b.vm.pages",
        ".pages"
      })
  void otherNamesAreNotOurs(String name) {
    assertThat(VmTopics.parse(name)).isEmpty();
  }

  @Test
  void theLongestNamesFitIntoKafkas() {
    VmTopics longest =
        new VmTopics("p".repeat(VmTopics.MAX_PREFIX_LENGTH), new VmId("v".repeat(63)));
    assertThat(longest.checkpoints()).hasSize(249);
    assertThat(VmTopics.parse(longest.checkpoints())).contains(longest);
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "a/b", "ü", "a b"})
  void aPrefixThatKafkaWouldRefuseIsRefused(String prefix) {
    assertThatIllegalArgumentException().isThrownBy(() -> new VmTopics(prefix, new VmId("vm")));
  }
}
