/** Restores by every way there is, with real QEMUs. */
@NullMarked
package dev.ramtide.deploy.restore;

import org.jspecify.annotations.NullMarked;
