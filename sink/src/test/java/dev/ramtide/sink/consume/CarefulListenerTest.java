package dev.ramtide.sink.consume;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;

import dev.ramtide.checkpoint.VmId;
import dev.ramtide.sink.apply.ApplyCounts;
import dev.ramtide.sink.state.ControlState;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.lang.reflect.Proxy;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class CarefulListenerTest {
  private final ScriptedLog log = new ScriptedLog();
  private final List<String> asked = new ArrayList<>();

  /** Throws whatever it is told. */
  private final SinkListener broken =
      (SinkListener)
          Proxy.newProxyInstance(
              SinkListener.class.getClassLoader(),
              new Class<?>[] {SinkListener.class},
              (proxy, method, arguments) -> {
                asked.add(method.getName());
                throw new IllegalStateException("a registry that is full");
              });

  private Object anyOf(Class<?> type) {
    if (type == VmFollow.class) {
      return log.follow;
    } else if (type == VmId.class) {
      return ScriptedLog.VM;
    } else if (type == ApplyCounts.class) {
      return ApplyCounts.NONE;
    } else if (type == Duration.class) {
      return Duration.ZERO;
    }
    assertThat(type).isEqualTo(long.class);
    return 7L;
  }

  @Test
  void nothingThatAListenerThrowsGetsThrough() {
    SinkListener careful = new CarefulListener(broken);
    List<Method> tellings =
        Arrays.stream(SinkListener.class.getMethods())
            .filter(method -> !Modifier.isStatic(method.getModifiers()))
            .toList();
    for (Method telling : tellings) {
      Object[] arguments = Arrays.stream(telling.getParameterTypes()).map(this::anyOf).toArray();
      assertThatCode(() -> telling.invoke(careful, arguments))
          .as(telling.getName())
          .doesNotThrowAnyException();
    }
    assertThat(asked)
        .containsExactlyInAnyOrderElementsOf(tellings.stream().map(Method::getName).toList())
        .contains("found", "sealed");
  }

  @Test
  void aSinkWhoseListenerThrowsSealsAllTheSame(@TempDir Path directory) throws Exception {
    log.follow.tell(new CarefulListener(broken));
    log.startEpoch(40);
    log.publishEveryPage(1);
    log.complete(1, true);
    try (ScriptedMember member = new ScriptedMember(directory, log)) {
      member.settle();
      assertThat(member.state()).isEqualTo(new ControlState.Sealed(1));
    }
    assertThat(asked).contains("applied", "forced", "sealed");
  }
}
