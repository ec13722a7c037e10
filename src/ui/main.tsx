import { createMachineClient } from '../worker/client';
import { mount } from './mount';

mount(createMachineClient());
