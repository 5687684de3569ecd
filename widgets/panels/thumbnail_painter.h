// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "widgets/views/thumbnail_painter.h"
